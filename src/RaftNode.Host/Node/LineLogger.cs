using Akka.Actor;
using Akka.Event;

namespace RaftNode.Host.Node;

/// <summary>The actor system's logger (<c>akka.loggers</c>): gives every event to <see cref="LineLog"/>.</summary>
/// <remarks>
/// But for what the journal and the snapshot store say of their failures, several lines at each try: the peer says it
/// once when it begins, and once when it ends.
/// </remarks>
internal sealed class LineLogger : ReceiveActor
{
    private readonly string[] _stores =
        [StorePath("raft.journal-plugin-id", "journal"), StorePath("raft.snapshot-plugin-id", "snapshot-store")];

    public LineLogger()
    {
        Receive<Error>(error => error.Cause is not null && IsOfStore(Source(error.LogSource)), static _ => { });
        Receive<LogEvent>(Write);
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
    }

    // The plugin that the group names, or else the actor system's.
    private static string StorePath(string ownKey, string kind)
    {
        var config = Context.System.Settings.Config;
        return config.GetString(ownKey, "") is { Length: > 0 } own
            ? $"/system/{own}"
            : $"/system/{config.GetString($"akka.persistence.{kind}.plugin", "")}";
    }

    private bool IsOfStore(string source) =>
        _stores.Any(store => source == store || source.StartsWith(store + "/", StringComparison.Ordinal));

    private static void Write(LogEvent e) =>
        LineLog.Write(e.Timestamp.ToUniversalTime(), e.LogLevel(), Source(e.LogSource), e.Message?.ToString(), e.Cause);

    /// <summary>"[akka://raftnode/system/raft/kv#123]" as "/system/raft/kv".</summary>
    private static string Source(string? source)
    {
        var text = (source ?? "").Trim('[', ']');
        var system = text.IndexOf("://", StringComparison.Ordinal);
        if (system >= 0 && text.IndexOf('/', system + 3) is var path and >= 0)
            text = text[path..];
        var uid = text.IndexOf('#');
        return uid > 0 ? text[..uid] : text;
    }
}
