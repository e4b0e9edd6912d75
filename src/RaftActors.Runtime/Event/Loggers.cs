using Akka.Actor;

namespace Akka.Event;

public abstract class MinimalLogger : MinimalActorRef
{
    private protected MinimalLogger()
    {
    }

    public sealed override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems")) / "StandardOutLogger";

    public sealed override IActorRefProvider Provider => throw new NotSupportedException("This logger does not provide.");

    protected sealed override void TellInternal(object message, IActorRef? sender) => Log(message);

    protected abstract void Log(object message);
}

/// <summary>Prints to the console at once, with no actor in between.</summary>
public class StandardOutLogger : MinimalLogger
{
    private static readonly Lock Console = new();

    public StandardOutLogger()
    {
    }

    public static bool UseColors { get; set; } = true;

    public static ConsoleColor DebugColor { get; set; } = ConsoleColor.Gray;

    public static ConsoleColor InfoColor { get; set; } = ConsoleColor.White;

    public static ConsoleColor WarningColor { get; set; } = ConsoleColor.Yellow;

    public static ConsoleColor ErrorColor { get; set; } = ConsoleColor.Red;

    protected override void Log(object message) => Print(message);

    internal static void Print(object message)
    {
        var line = message.ToString();
        ConsoleColor? color = !UseColors || System.Console.IsOutputRedirected ? null : message switch
        {
            Debug => DebugColor,
            Info => InfoColor,
            Warning => WarningColor,
            Error => ErrorColor,
            _ => null,
        };
        lock (Console)
        {
            if (color is { } given)
                System.Console.ForegroundColor = given;
            System.Console.WriteLine(line);
            if (color is not null)
                System.Console.ResetColor();
        }
    }
}

/// <summary>Prints to the console, one event after the other.</summary>
public class DefaultLogger : ActorBase
{
    public DefaultLogger()
    {
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => StandardOutLogger.Print(logEvent);
}
