using Akka.Actor;

namespace Akka.Pattern;

/// <summary>When the counter of restarts starts again from zero.</summary>
public interface IBackoffReset;

internal sealed class ManualReset : IBackoffReset;

internal sealed class AutoReset(TimeSpan resetBackoff) : IBackoffReset
{
    public TimeSpan ResetBackoff { get; } = resetBackoff;
}

/// <summary>Starts a child anew with growing, jittered delays.</summary>
public static class Backoff
{
    /// <summary>When the child fails; a child that stops by itself takes its supervisor with it.</summary>
    /// <param name="maxNrOfRetries">Negative for no limit.</param>
    public static BackoffOptions OnFailure(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffOptionsImpl(new BackoffSettings(childProps, childName, minBackoff, maxBackoff, randomFactor), onFailure: true).WithMaxNrOfRetries(maxNrOfRetries);

    /// <summary>When the child stops, whether by itself or because its supervisor's strategy stops it for a failure.</summary>
    /// <param name="maxNrOfRetries">Negative for no limit.</param>
    public static BackoffOptions OnStop(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffOptionsImpl(new BackoffSettings(childProps, childName, minBackoff, maxBackoff, randomFactor), onFailure: false).WithMaxNrOfRetries(maxNrOfRetries);
}

public abstract class BackoffOptions
{
    private protected BackoffOptions()
    {
    }

    internal abstract Props Props { get; }

    /// <summary>The counter of restarts is reset when the child has lived that long.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    /// <summary>The counter of restarts is reset by <see cref="BackoffSupervisor.Reset"/>.</summary>
    public abstract BackoffOptions WithManualReset();

    public abstract BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy);

    public abstract BackoffOptions WithDefaultStoppingStrategy();

    /// <summary>Told to whoever sends something while no child is there; otherwise it becomes a dead letter.</summary>
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);

    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);

    /// <summary>After such a message a child that stops is not started again.</summary>
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);
}

internal sealed record BackoffSettings(Props ChildProps, string ChildName, TimeSpan MinBackoff, TimeSpan MaxBackoff, double RandomFactor)
{
    public IBackoffReset Reset { get; init; } = new AutoReset(MinBackoff);

    public OneForOneStrategy Strategy { get; init; } = new();

    public object? ReplyWhileStopped { get; init; }

    public Func<object, bool>? FinalStopMessage { get; init; }

    /// <summary>Twice as long as before each time, up to the maximum, plus the jitter.</summary>
    public TimeSpan DelayOf(int restartCount, double jitter) =>
        TimeSpan.FromTicks((long)(Math.Min(MaxBackoff.Ticks, MinBackoff.Ticks * Math.Pow(2, restartCount)) * (1 + (jitter * RandomFactor))));
}

internal sealed class BackoffOptionsImpl(BackoffSettings settings, bool onFailure) : BackoffOptions
{
    internal override Props Props
    {
        get
        {
            if (settings.MinBackoff <= TimeSpan.Zero)
                throw new ArgumentException("MinBackoff must be greater than 0");
            if (settings.MaxBackoff < settings.MinBackoff)
                throw new ArgumentException("MaxBackoff must be greater than MinBackoff");
            if (settings.RandomFactor is < 0 or > 1)
                throw new ArgumentException("RandomFactor must be between 0.0 and 1.0");
            return onFailure ? Props.Create(() => new BackoffOnFailureSupervisor(settings)) : Props.Create(() => new BackoffSupervisor(settings));
        }
    }

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff) => With(settings with { Reset = new AutoReset(resetBackoff) });

    public override BackoffOptions WithManualReset() => With(settings with { Reset = new ManualReset() });

    public override BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy) => With(settings with { Strategy = supervisorStrategy });

    public override BackoffOptions WithDefaultStoppingStrategy() =>
        With(settings with { Strategy = new OneForOneStrategy(settings.Strategy.MaxNumberOfRetries, null, SupervisorStrategy.StoppingStrategy.Decider) });

    public override BackoffOptions WithReplyWhileStopped(object replyWhileStopped) => With(settings with { ReplyWhileStopped = replyWhileStopped });

    public override BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) => With(settings with { Strategy = settings.Strategy.WithMaxNrOfRetries(maxNrOfRetries) });

    public override BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) => With(settings with { FinalStopMessage = isFinalStopMessage });

    private BackoffOptionsImpl With(BackoffSettings changed) => new(changed, onFailure);
}
