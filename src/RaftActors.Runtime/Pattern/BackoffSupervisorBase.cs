using Akka.Actor;

namespace Akka.Pattern;

/// <summary>What the two kinds of back-off have in common: everything but when the child is started again.</summary>
public abstract class BackoffSupervisorBase : ActorBase
{
    private protected BackoffSupervisorBase(BackoffSettings settings) => Settings = settings;

    internal BackoffSettings Settings { get; }

    protected IActorRef? Child { get; set; }

    protected int RestartCountN { get; set; }

    protected bool FinalStopMessageReceived { get; set; }

    protected override void PreStart() => StartChild();

    protected bool HandleBackoff(object message)
    {
        switch (message)
        {
            case BackoffSupervisor.StartChild:
                StartChild();
                if (Settings.Reset is AutoReset reset)
                    Context.System.Scheduler.ScheduleTellOnce(reset.ResetBackoff, Self, new BackoffSupervisor.ResetRestartCount(RestartCountN), Self);
                break;
            case BackoffSupervisor.Reset when Settings.Reset is ManualReset:
                RestartCountN = 0;
                break;
            case BackoffSupervisor.Reset:
                return false;
            case BackoffSupervisor.ResetRestartCount due:
                if (due.Current == RestartCountN)
                    RestartCountN = 0;
                break;
            case BackoffSupervisor.GetRestartCount:
                Sender.Tell(new BackoffSupervisor.RestartCount(RestartCountN));
                break;
            case BackoffSupervisor.GetCurrentChild:
                Sender.Tell(new BackoffSupervisor.CurrentChild(Child));
                break;
            default:
                PassOn(message);
                break;
        }
        return true;
    }

    internal void StartChildLater()
    {
        var delay = Settings.DelayOf(RestartCountN, ((Actor.Internal.ActorSystemImpl)Context.System).Random.NextDouble());
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, BackoffSupervisor.StartChild.Instance, Self);
        RestartCountN++;
    }

    private void StartChild() => Child ??= Context.Watch(Context.ActorOf(Settings.ChildProps, Settings.ChildName));

    private void PassOn(object message)
    {
        if (Child is null)
        {
            if (Settings.ReplyWhileStopped is { } reply)
                Sender.Tell(reply);
            else
                Context.System.DeadLetters.Forward(message);
            if (Settings.FinalStopMessage?.Invoke(message) == true)
                Context.Stop(Self);
        }
        else if (Child.Equals(Sender))
        {
            // The outside sees this actor, not its present child.
            Context.Parent.Tell(message);
        }
        else
        {
            Child.Forward(message);
            FinalStopMessageReceived |= Settings.FinalStopMessage?.Invoke(message) == true;
        }
    }
}
