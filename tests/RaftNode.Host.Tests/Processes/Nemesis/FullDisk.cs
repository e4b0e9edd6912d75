using System.Diagnostics;
using System.Globalization;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// A disk of one node's own that can be made full: a file system in memory whose size is reduced to what is on it.
/// Where that cannot be mounted, a limit on the size of the files that the process may write, past which the system
/// refuses a write or ends the process.
/// </summary>
internal sealed class FullDisk : IDisposable
{
    private const string Size = "1g";
    private const int Page = 4096;

    private readonly NodeCluster _cluster;
    private readonly int _node;
    private readonly bool _mounted;

    private FullDisk(NodeCluster cluster, int node, bool mounted) =>
        (_cluster, _node, _mounted) = (cluster, node, mounted);

    /// <summary>Which way it is done.</summary>
    public string Means => _mounted ? "tmpfs" : "RLIMIT_FSIZE";

    /// <summary>Gives a node that does not run yet such a disk; <c>null</c> where there is neither way.</summary>
    public static FullDisk? Under(NodeCluster cluster, int node)
    {
        Directory.CreateDirectory(cluster.DataOf(node));
        if (OperatingSystem.IsLinux()
            && Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", cluster.DataOf(node)))
        {
            var disk = new FullDisk(cluster, node, mounted: true);
            cluster.Own(disk);
            return disk;
        }
        return Run("prlimit", "--version") ? new FullDisk(cluster, node, mounted: false) : null;
    }

    /// <summary>No further byte fits.</summary>
    public void Fill()
    {
        if (_mounted)
        {
            // The node writes meanwhile: what is in use has to fit, or the size stays.
            var disk = new DriveInfo(_cluster.DataOf(_node));
            var used = disk.TotalSize - disk.TotalFreeSpace;
            while (!Remount(used.ToString(CultureInfo.InvariantCulture)))
                used += Page;
        }
        else
            Limit(Page.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>There is room again. The process may have ended meanwhile.</summary>
    public void Empty()
    {
        if (_mounted)
            Remount(Size);
        else if (!_cluster.Run(_node).HasExited)
            Limit("unlimited");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_mounted)
            Run("umount", "--lazy", _cluster.DataOf(_node));
    }

    private bool Remount(string size) => Run("mount", "-o", $"remount,size={size}", _cluster.DataOf(_node));

    private void Limit(string size) =>
        Run("prlimit", "--pid", _cluster.Run(_node).ProcessId.ToString(CultureInfo.InvariantCulture),
            $"--fsize={size}:unlimited");

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true,
                RedirectStandardOutput = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
