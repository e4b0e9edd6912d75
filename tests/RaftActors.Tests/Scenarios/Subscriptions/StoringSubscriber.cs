using Akka.Actor;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Scenarios.Subscriptions;

/// <summary>What a subscriber stores: its effect, and with it the index that it has seen.</summary>
internal sealed class Stored
{
    public List<LogEntry> Entries { get; } = [];

    public long Index { get; set; }

    public int MostAhead { get; set; }

    public List<string> Ended { get; } = [];
}

/// <summary>Subscribes from the index after the one that is stored, and stores every entry.</summary>
internal sealed class StoringSubscriber : UntypedActor
{
    private readonly IActorRef _group;
    private readonly Stored _stored;
    private readonly int _credits;

    public StoringSubscriber(IActorRef group, Stored stored, int credits)
    {
        _group = group;
        _stored = stored;
        _credits = credits;
    }

    protected override void PreStart() => _group.Tell(new Subscribe(_stored.Index + 1, Self, _credits));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CommittedEntries committed:
                _stored.MostAhead = Math.Max(_stored.MostAhead, committed.Entries.Count);
                foreach (var entry in committed.Entries)
                {
                    _stored.Entries.Add(entry);
                    _stored.Index = entry.Index;
                }
                Sender.Tell(new EntriesHandled(Self, _stored.Index));
                break;
            case SubscriptionEnded ended:
                _stored.Ended.Add(ended.Reason);
                Context.Stop(Self);
                break;
        }
    }
}
