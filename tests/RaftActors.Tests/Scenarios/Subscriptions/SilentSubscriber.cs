using Akka.Actor;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Scenarios.Subscriptions;

/// <summary>Subscribes, and never says that it has handled anything.</summary>
internal sealed class SilentSubscriber : UntypedActor
{
    private readonly List<long> _indexes;

    public SilentSubscriber(IActorRef group, List<long> indexes, int credits)
    {
        _indexes = indexes;
        group.Tell(new Subscribe(1, Self, credits));
    }

    protected override void OnReceive(object message)
    {
        if (message is CommittedEntries committed)
            _indexes.AddRange(committed.Entries.Select(entry => entry.Index));
    }
}
