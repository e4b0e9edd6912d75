using Akka.Event;
using Microsoft.Extensions.Logging;
using MsLogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace RaftNode.Host.Node;

/// <summary>
/// Gives what ASP.NET logs to <see cref="LineLog"/>, so that a node's lines look alike whoever writes them.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new Category(categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Category(string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(MsLogLevel logLevel) => logLevel is >= MsLogLevel.Warning and < MsLogLevel.None;

        public void Log<TState>(MsLogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var level = logLevel == MsLogLevel.Warning
                    ? Akka.Event.LogLevel.WarningLevel
                    : Akka.Event.LogLevel.ErrorLevel;
                LineLog.Write(DateTime.UtcNow, level, name, formatter(state, exception), exception);
            }
        }
    }
}
