using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>An event bus with loggers: actors that are told the log events of the configured level and above.</summary>
public abstract class LoggingBus : ActorEventBus<object, Type>
{
    private readonly List<IActorRef> _loggers = [];
    private readonly StandardOutLogger _stdout = new();
    private volatile LogLevel _logLevel;
    private DeadLetterListener? _deadLetterListener;

    private protected LoggingBus()
    {
    }

    public LogLevel LogLevel => _logLevel;

    public void SetLogLevel(LogLevel logLevel)
    {
        _logLevel = logLevel;
        lock (_loggers)
        {
            foreach (var logger in _loggers)
                SubscribeTo(logger, logLevel);
        }
    }

    /// <summary>Log events go to the console until the loggers are there.</summary>
    public void StartStdoutLogger(Settings config)
    {
        _logLevel = Logging.LogLevelFor(config.StdoutLogLevel);
        SubscribeTo(_stdout, _logLevel);
    }

    internal void StartDefaultLoggers(ActorSystemImpl system)
    {
        _logLevel = Logging.LogLevelFor(system.Settings.LogLevel);
        var keepStdout = false;
        var number = 0;
        foreach (var name in system.Settings.Loggers)
        {
            var type = TypeResolver.Resolve(name, "akka.loggers");
            if (typeof(MinimalLogger).IsAssignableFrom(type))
            {
                keepStdout = true;
                continue;
            }
            var logger = system.SystemActorOf(Props.Create(type).WithDispatcher(system.Settings.LoggersDispatcher), $"log{++number}-{type.Name}");
            StartLogger(system, logger, name);
        }
        if (system.Settings.DebugUnhandledMessage)
            Subscribe(system.SystemActorOf(Props.Create<UnhandledMessageForwarder>(), "UnhandledMessageForwarder"), typeof(UnhandledMessage));
        if (keepStdout)
            SubscribeTo(_stdout, _logLevel);
        else
            Unsubscribe(_stdout);
    }

    internal void StopDefaultLoggers(ActorSystemImpl system)
    {
        IActorRef[] loggers;
        lock (_loggers)
        {
            loggers = [.. _loggers];
            _loggers.Clear();
        }
        SubscribeTo(_stdout, Logging.LogLevelFor(system.Settings.StdoutLogLevel));
        foreach (var logger in loggers)
        {
            Unsubscribe(logger);
            ((IInternalActorRef)logger).Stop();
        }
    }

    internal void Listening(DeadLetterListener listener) => _deadLetterListener = listener;

    /// <summary>The system goes down: whoever is told something now is gone on purpose.</summary>
    internal void LogDeadLettersNoMore(Settings settings)
    {
        if (!settings.LogDeadLettersDuringShutdown)
            _deadLetterListener?.Silence();
    }

    private void StartLogger(ActorSystemImpl system, IActorRef logger, string name)
    {
        var answer = logger.Ask(new InitializeLogger(this), Timeout.InfiniteTimeSpan);
        var started = answer.ContinueWith(_ => Started(logger), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!started.Wait(system.Settings.LoggerStartTimeout))
            Publish(new Warning(nameof(LoggingBus), GetType(), $"Logger {name} did not respond within {system.Settings.LoggerStartTimeout} to InitializeLogger; it is used as soon as it does"));
        else if (answer.Result is not LoggerInitialized)
            throw new LoggerInitializationException($"Logger {name} did not respond with LoggerInitialized, sent instead {answer.Result}");
    }

    private void Started(IActorRef logger)
    {
        lock (_loggers)
            _loggers.Add(logger);
        SubscribeTo(logger, _logLevel);
    }

    private void SubscribeTo(IActorRef logger, LogLevel logLevel)
    {
        foreach (var level in Enum.GetValues<LogLevel>())
        {
            if (level >= logLevel)
                Subscribe(logger, Logging.ClassFor(level));
            else
                Unsubscribe(logger, Logging.ClassFor(level));
        }
    }

    private sealed class UnhandledMessageForwarder : ActorBase
    {
        protected override bool Receive(object message)
        {
            if (message is not UnhandledMessage unhandled)
                return false;
            Context.System.EventStream.Publish(new Debug(unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(), $"Unhandled message from {unhandled.Sender.Path} : {unhandled.Message}"));
            return true;
        }
    }
}
