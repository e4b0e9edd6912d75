using RaftActors.Log;

namespace RaftActors.Tests.Log;

/// <summary>Logs for tests.</summary>
internal static class Logs
{
    public static LogEntry Entry(long index, long term, int bytes = 1) =>
        new(index, term, EntryKind.Command, 1_000 + index, new Payload(new byte[bytes], 0, ""));

    /// <summary>A log whose entries have these terms.</summary>
    public static RaftLog Of(params long[] terms)
    {
        var log = new RaftLog();
        foreach (long term in terms)
            log.Append(Entry(log.LastIndex + 1, term));
        return log;
    }
}
