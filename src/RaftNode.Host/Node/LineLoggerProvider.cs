using Microsoft.Extensions.Logging;

namespace RaftNode.Host.Node;

/// <summary>Gives what the host, ASP.NET and the actor system log to <see cref="LineLog"/>.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    /// <summary>Has a host log in this way.</summary>
    public static void AddTo(ILoggingBuilder logging) => logging
        .AddProvider(new LineLoggerProvider())
        .SetMinimumLevel(LogLevel.Warning)
        // What the actor system logs is chosen by akka.loglevel.
        .AddFilter(LineLogger.Category, LogLevel.Trace)
        // Otherwise each request gets an Activity and a scope, which nothing reads. What fails is logged elsewhere.
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        // Why the host cannot start is the last line of the program, and is said once.
        .AddFilter("Akka.Hosting.AkkaHostedService", LogLevel.None)
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new Logger(categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The filters decide.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (state is LineLogger.Line line)
                LineLog.Write(line.Time, logLevel, line.Source, line.Text, exception);
            else
                LineLog.Write(DateTime.UtcNow, logLevel, name, formatter(state, exception), exception);
        }
    }
}
