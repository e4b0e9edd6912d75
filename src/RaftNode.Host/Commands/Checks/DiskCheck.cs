using System.Diagnostics;
using System.Globalization;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands.Checks;

/// <summary>Whether the disk of a node's data is large and fast enough, and keeps what it confirms.</summary>
internal static class DiskCheck
{
    private const int Flushes = 20;
    private const int BytesEach = 4096;

    private static readonly string[] InMemory = ["tmpfs", "ramfs"];

    /// <summary>Measures and judges the disk.</summary>
    public static IEnumerable<CheckRow> Of(NodeSettings settings)
    {
        yield return Volume(settings);
        var directory = Existing(settings.DataDirectory);
        if (Measure(directory) is not { } times)
        {
            yield return new CheckRow(
                "disk", CheckRow.Error, $"{directory} cannot be written by this user.",
                $"Give the node's user the right to write, or set raftnode.data-dir.");
            yield break;
        }
        yield return FormatOf(directory) is { } format && InMemory.Contains(format)
            ? new CheckRow(
                "disk", CheckRow.Warning, $"{directory} is in memory ({format}): what a node confirms is lost with the "
                    + "machine's power, and the node then has no vote until it has caught up.",
                "Set raftnode.data-dir to a directory on a disk.")
            : Judge(directory, times, settings.Raft.ElectionTimeoutMin);
    }

    /// <summary>Judges how long flushes took.</summary>
    /// <param name="directory">Where they were measured.</param>
    /// <param name="times">How long each took.</param>
    /// <param name="electionTimeout">The shortest election timeout of the group.</param>
    public static CheckRow Judge(string directory, IReadOnlyList<TimeSpan> times, TimeSpan electionTimeout)
    {
        var sorted = times.Order().ToList();
        var (median, longest) = (sorted[sorted.Count / 2], sorted[^1]);
        var found = $"A flush in {directory} takes {Text(median)} (median of {times.Count}; the longest took "
            + $"{Text(longest)}).";
        if (longest * 2 > electionTimeout)
        {
            return new CheckRow(
                "disk", CheckRow.Warning,
                $"{found} That is close to raft.election-timeout.min = {Text(electionTimeout)}: a leader that waits "
                    + "for its disk loses its leadership.",
                "Use a faster disk for the data, or longer election timeouts on all nodes.");
        }
        return median > TimeSpan.FromMilliseconds(10)
            ? new CheckRow(
                "disk", CheckRow.Warning, $"{found} Each write of a client waits at least that long.",
                "Use a faster disk for the data, such as an SSD with a power-loss protected cache.")
            : new CheckRow("disk", CheckRow.Ok, found);
    }

    private static CheckRow Volume(NodeSettings settings)
    {
        if (settings.Store.Journal.File is not { } journal
            || Node.Volume.SizeOf(Path.Combine(Existing(settings.DataDirectory), "raft.db")) is not { } bytes)
            return new CheckRow("volume", CheckRow.Ok, $"The journal is in {settings.Store.Journal}.");
        try
        {
            var fitting = Node.Volume.Fit(settings.Raft, journal, bytes);
            return Node.Volume.Change(settings.Raft, fitting, journal, bytes) is { } change
                ? new CheckRow("volume", CheckRow.Warning, change, "Use a larger volume, or set raft.snapshot.bytes.")
                : new CheckRow("volume", CheckRow.Ok, $"The volume of {journal} is large enough.");
        }
        catch (NodeStartException e)
        {
            return new CheckRow("volume", CheckRow.Error, $"{e.Message}.");
        }
    }

    // The node makes its directory when it starts. The directory above it is on the same disk, usually.
    private static string Existing(string directory)
    {
        while (!Directory.Exists(directory) && Path.GetDirectoryName(directory) is { } above)
            directory = above;
        return directory;
    }

    private static string? FormatOf(string directory)
    {
        try
        {
            return new DriveInfo(directory).DriveFormat;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    // Null if nothing can be written.
    private static List<TimeSpan>? Measure(string directory)
    {
        var file = Path.Combine(directory, $".raftnode-check-{Environment.ProcessId}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose, BufferSize = 0,
        };
        try
        {
            using var stream = new FileStream(file, options);
            var page = new byte[BytesEach];
            var times = new List<TimeSpan>();
            for (var i = 0; i < Flushes; i++)
            {
                var started = Stopwatch.GetTimestamp();
                stream.Write(page);
                stream.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(started));
            }
            return times;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
