using Akka.Actor;
using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace RaftNode.Host.Node;

/// <summary>
/// The actor system's logger (<c>akka.loggers</c>): gives every event to the host's logging, which writes a line.
/// </summary>
/// <remarks>
/// Events about failures of the journal and the snapshot store are left out, because there are several at each attempt.
/// The peer logs once when an outage begins, and once when it ends. For the same reason attempts to connect are left
/// out: <see cref="ConnectionLog"/> logs when connections fail, and when they no longer do.
/// </remarks>
internal sealed class LineLogger : ReceiveActor
{
    /// <summary>The category of these events in the host's logging.</summary>
    public const string Category = "Akka";

    private readonly ILogger _logger;
    private readonly string[] _stores =
        [StorePath("raft.journal-plugin-id", "journal"), StorePath("raft.snapshot-plugin-id", "snapshot-store")];

    public LineLogger()
    {
        var setup = Context.System.Settings.Setup.Get<LoggerFactorySetup>();
        // An actor system without a host, as a test has it, writes the same lines.
        var factory = setup.HasValue ? setup.Value.LoggerFactory : LoggerFactory.Create(LineLoggerProvider.AddTo);
        _logger = factory.CreateLogger(Category);
        Receive<Error>(error => error.Cause is not null && IsOfStore(Source(error.LogSource)), static _ => { });
        Receive<LogEvent>(Write);
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
    }

    // The plugin that the group names, or that of the actor system.
    private static string StorePath(string ownKey, string kind)
    {
        var config = Context.System.Settings.Config;
        return config.GetString(ownKey, "") is { Length: > 0 } own
            ? $"/system/{own}"
            : $"/system/{config.GetString($"akka.persistence.{kind}.plugin", "")}";
    }

    private bool IsOfStore(string source) =>
        _stores.Any(store => source == store || source.StartsWith(store + "/", StringComparison.Ordinal));

    private void Write(LogEvent e)
    {
        var line = new Line(e.Timestamp.ToUniversalTime(), Source(e.LogSource), e.Message?.ToString() ?? "");
        if (!ConnectionLog.IsRepeated(line.Source, line.Text))
            _logger.Log(Level(e.LogLevel()), default, line, e.Cause, static (line, _) => $"{line.Source}: {line.Text}");
    }

    private static LogLevel Level(Akka.Event.LogLevel level) => level switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    /// <summary>Shortens "[akka://raftnode/system/raft/kv#123]" to "/system/raft/kv".</summary>
    private static string Source(string? source)
    {
        var text = (source ?? "").Trim('[', ']');
        var system = text.IndexOf("://", StringComparison.Ordinal);
        if (system >= 0 && text.IndexOf('/', system + 3) is var path and >= 0)
            text = text[path..];
        var uid = text.IndexOf('#');
        return uid > 0 ? text[..uid] : text;
    }

    /// <summary>An event of the actor system.</summary>
    /// <param name="Time">When it happened, in UTC.</param>
    /// <param name="Source">Who says it: the path of an actor.</param>
    /// <param name="Text">What happened.</param>
    public readonly record struct Line(DateTime Time, string Source, string Text);
}
