using System.Text;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Dev;

/// <summary>
/// The configuration files of a cluster on this machine: those that come with the program, those in a directory of the
/// user, or files written for a number of nodes and ports.
/// </summary>
internal static class ClusterFiles
{
    /// <summary>The number of nodes in the files that come with the program.</summary>
    public const int Shipped = 3;

    /// <summary>The port of the first node's remoting in the shipped files.</summary>
    public const int RaftPort = 4051;

    /// <summary>The port of the first node's HTTP in the shipped files.</summary>
    public const int HttpPort = 8081;

    /// <summary>The files node1.conf and so on in a directory.</summary>
    /// <exception cref="NodeStartException">A file is missing.</exception>
    public static IReadOnlyList<string> In(string directory, int nodes)
    {
        var files = Enumerable.Range(1, nodes).Select(i => Path.Combine(directory, $"node{i}.conf")).ToList();
        return files.Find(file => !File.Exists(file)) is { } missing
            ? throw new NodeStartException($"{missing} does not exist")
            : files;
    }

    /// <summary>
    /// The files that come with the program. In the repository's directory, those in hocon/, so that the user can see
    /// and edit them.
    /// </summary>
    public static string ShippedDirectory()
    {
        var own = Path.Combine(AppContext.BaseDirectory, "hocon");
        var here = Path.Combine("hocon");
        return File.Exists(Path.Combine(here, "cluster.conf")) && File.Exists(Path.Combine(here, $"node{Shipped}.conf"))
            ? here
            : own;
    }

    /// <summary>Writes files for a cluster of any size into a directory.</summary>
    /// <param name="directory">The directory to write to.</param>
    /// <param name="nodes">The number of nodes.</param>
    /// <param name="raftPort">The port of the first node's remoting; the others follow.</param>
    /// <param name="httpPort">The port of the first node's HTTP; the others follow.</param>
    /// <param name="journal">The nodes' journal; <c>null</c> for the default.</param>
    /// <param name="connectionString">
    /// The connection string of the nodes' PostgreSQL database; <c>null</c> for the one in the program's file.
    /// </param>
    public static IReadOnlyList<string> Write(
        string directory, int nodes, int raftPort, int httpPort,
        JournalChoice? journal = null, string? connectionString = null)
    {
        Directory.CreateDirectory(directory);
        var members = new StringBuilder("# Written by raftnode dev.\n");
        foreach (var file in new[] { "cluster.conf", journal?.File }.OfType<string>())
        {
            var shipped = Path.Combine(AppContext.BaseDirectory, "hocon", file);
            File.Copy(shipped, Path.Combine(directory, file), overwrite: true);
            members.Append($"include \"{file}\"\n");
        }
        if (connectionString is not null)
            members.Append($"akka.persistence.journal.sql.connection-string = {StorePlace.Quote(connectionString)}\n");
        members.Append("\nraft.members = [\n");
        for (var i = 0; i < nodes; i++)
            members.Append($"  {{ id = node{i + 1}, address = \"127.0.0.1:{raftPort + i}\" }},\n");
        WriteForOwner(Path.Combine(directory, "members.conf"), members.Append("]\n").ToString());
        for (var i = 0; i < nodes; i++)
        {
            var text = "# Written by raftnode dev.\ninclude \"members.conf\"\n\nraft.member-id = "
                + $"node{i + 1}\nraftnode.http.port = {httpPort + i}\n";
            File.WriteAllText(Path.Combine(directory, $"node{i + 1}.conf"), text);
        }
        return In(directory, nodes);
    }

    // The file may contain a password, in a connection string.
    private static void WriteForOwner(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, Encoding.UTF8, options);
        writer.Write(text);
    }
}
