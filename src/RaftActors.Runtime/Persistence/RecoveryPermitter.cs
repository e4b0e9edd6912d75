using Akka.Actor;

namespace Akka.Persistence;

internal sealed class RequestRecoveryPermit
{
    public static readonly RequestRecoveryPermit Instance = new();
}

internal sealed class RecoveryPermitGranted
{
    public static readonly RecoveryPermitGranted Instance = new();
}

internal sealed class ReturnRecoveryPermit
{
    public static readonly ReturnRecoveryPermit Instance = new();
}

/// <summary>Bounds how many actors recover at the same time, so that a journal with many of them is not asked for everything at once.</summary>
internal sealed class RecoveryPermitter(int permits) : UntypedActor
{
    private readonly HashSet<IActorRef> _recovering = [];
    private readonly LinkedList<IActorRef> _waiting = new();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestRecoveryPermit when _recovering.Contains(Sender):
                // It was restarted meanwhile, and has the permit of its predecessor.
                Sender.Tell(RecoveryPermitGranted.Instance, Self);
                break;
            case RequestRecoveryPermit when _waiting.Contains(Sender):
                break;
            case RequestRecoveryPermit:
                Context.Watch(Sender);
                _waiting.AddLast(Sender);
                Grant();
                break;
            case ReturnRecoveryPermit:
                Return(Sender);
                break;
            case Terminated terminated:
                Return(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Grant()
    {
        while (_recovering.Count < permits && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _recovering.Add(first.Value);
            first.Value.Tell(RecoveryPermitGranted.Instance, Self);
        }
    }

    private void Return(IActorRef actor)
    {
        Context.Unwatch(actor);
        if (!_recovering.Remove(actor))
            _waiting.Remove(actor);
        Grant();
    }
}
