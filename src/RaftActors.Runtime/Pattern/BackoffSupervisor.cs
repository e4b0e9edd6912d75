using Akka.Actor;
using Akka.Event;

namespace Akka.Pattern;

/// <summary>Starts its child again when it has stopped.</summary>
public sealed class BackoffSupervisor : BackoffSupervisorBase
{
    internal BackoffSupervisor(BackoffSettings settings) : base(settings)
    {
    }

    public static Props Props(BackoffOptions options) => options.Props;

    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        Props(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries).Props;

    protected override SupervisorStrategy SupervisorStrategy() => Settings.Strategy;

    protected override bool Receive(object message)
    {
        if (message is not Terminated terminated || !terminated.ActorRef.Equals(Child))
            return HandleBackoff(message);
        Child = null;
        var limit = Settings.Strategy.MaxNumberOfRetries;
        if (FinalStopMessageReceived || (limit >= 0 && RestartCountN >= limit))
            Context.Stop(Self);
        else
            StartChildLater();
        return true;
    }

    public sealed class GetCurrentChild
    {
        public static readonly GetCurrentChild Instance = new();

        private GetCurrentChild()
        {
        }
    }

    public sealed class CurrentChild
    {
        public CurrentChild(IActorRef? @ref) => Ref = @ref;

        /// <summary>Null while none is there.</summary>
        public IActorRef? Ref { get; }
    }

    public sealed class Reset
    {
        public static readonly Reset Instance = new();

        private Reset()
        {
        }
    }

    public sealed class GetRestartCount
    {
        public static readonly GetRestartCount Instance = new();

        private GetRestartCount()
        {
        }
    }

    public sealed class RestartCount
    {
        public RestartCount(int count) => Count = count;

        public int Count { get; }
    }

    public sealed class StartChild : IDeadLetterSuppression
    {
        public static readonly StartChild Instance = new();

        private StartChild()
        {
        }
    }

    public sealed class ResetRestartCount : IDeadLetterSuppression
    {
        public ResetRestartCount(int current) => Current = current;

        public int Current { get; }
    }
}

/// <summary>Stops its child when it has failed, and starts it again.</summary>
internal sealed class BackoffOnFailureSupervisor(BackoffSettings settings) : BackoffSupervisorBase(settings)
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        Settings.Strategy.MaxNumberOfRetries,
        Settings.Strategy.WithinTimeRangeMilliseconds,
        cause =>
        {
            var directive = Settings.Strategy.Decider.Decide(cause);
            if (directive != Directive.Restart)
                return directive;
            Failed();
            return Directive.Stop;
        });

    protected override bool Receive(object message)
    {
        if (message is not Terminated terminated || !terminated.ActorRef.Equals(Child))
            return HandleBackoff(message);
        // It stopped of its own accord.
        Context.Stop(Self);
        return true;
    }

    private void Failed()
    {
        var limit = Settings.Strategy.MaxNumberOfRetries;
        if (limit >= 0 && RestartCountN >= limit)
        {
            Context.Stop(Self);
            return;
        }
        if (Settings.Strategy.WithinTimeRangeMilliseconds > 0 && RestartCountN == 0)
            Context.System.Scheduler.ScheduleTellOnce(Settings.Strategy.WithinTimeRangeMilliseconds, Self, new BackoffSupervisor.ResetRestartCount(0), Self);
        Become(WaitForTheChildToStop);
    }

    private bool WaitForTheChildToStop(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(Child):
                Become(Receive);
                Child = null;
                StartChildLater();
                return true;
            case BackoffSupervisor.StartChild:
                return true;
            default:
                return HandleBackoff(message);
        }
    }
}
