using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Parent of the user and the system guardian. It goes down when the system guardian has.</summary>
internal sealed class RootGuardian : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated:
                Context.Stop(Self);
                return true;
            case StopChild stop:
                Context.Stop(stop.Child);
                return true;
            default:
                Context.System.DeadLetters.Tell(message, Sender);
                return true;
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);
}

/// <summary>Parent of what the application makes.</summary>
internal sealed class UserGuardian(Settings settings) : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated:
                Context.Stop(Self);
                return true;
            case StopChild stop:
                Context.Stop(stop.Child);
                return true;
            default:
                Context.System.DeadLetters.Tell(message, Sender);
                return true;
        }
    }

    // It keeps no state, and its children must not lose theirs.
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override SupervisorStrategy SupervisorStrategy() => SupervisorStrategyConfigurator.CreateConfigurator(settings.SupervisorStrategyClass).Create();
}

/// <summary>Parent of loggers, remoting and the like. It outlives the user guardian, and lets those who asked for it finish first.</summary>
internal sealed class SystemGuardian(IActorRef userGuardian) : ActorBase
{
    private readonly HashSet<IActorRef> _terminationHooks = [];

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(userGuardian):
                // Everything of the user's is gone: now the system's own.
                Context.Become(Terminating);
                foreach (var hook in _terminationHooks)
                    hook.Tell(TerminationHook.Instance);
                StopWhenAllDone();
                return true;
            case Terminated terminated:
                _terminationHooks.Remove(terminated.ActorRef);
                return true;
            case StopChild stop:
                Context.Stop(stop.Child);
                return true;
            case RegisterTerminationHook when !Sender.Equals(Context.System.DeadLetters):
                _terminationHooks.Add(Sender);
                Context.Watch(Sender);
                return true;
            default:
                Context.System.DeadLetters.Tell(message, Sender);
                return true;
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
    }

    private bool Terminating(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                _terminationHooks.Remove(terminated.ActorRef);
                StopWhenAllDone();
                return true;
            case TerminationHookDone:
                _terminationHooks.Remove(Sender);
                StopWhenAllDone();
                return true;
            default:
                Context.System.DeadLetters.Tell(message, Sender);
                return true;
        }
    }

    private void StopWhenAllDone()
    {
        if (_terminationHooks.Count > 0)
            return;
        Context.System.EventStream.StopDefaultLoggers((Internal.ActorSystemImpl)Context.System);
        Context.Stop(Self);
    }
}
