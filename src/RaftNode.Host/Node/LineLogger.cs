using Akka.Actor;
using Akka.Event;

namespace RaftNode.Host.Node;

/// <summary>The actor system's logger (<c>akka.loggers</c>): gives every event to <see cref="LineLog"/>.</summary>
internal sealed class LineLogger : ReceiveActor
{
    public LineLogger()
    {
        Receive<LogEvent>(Write);
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
    }

    private static void Write(LogEvent e) => LineLog.Write(e.Timestamp.ToUniversalTime(), e.LogLevel(), Source(e.LogSource), e.Message?.ToString(), e.Cause);

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
