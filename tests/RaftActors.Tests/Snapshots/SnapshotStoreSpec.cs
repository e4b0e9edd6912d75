using Akka.Actor;
using Akka.Event;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Snapshots;

/// <summary>
/// A spec of what is done with the snapshots in a store, without a peer: with a host actor in place of the peer, and a
/// probe in place of the snapshot store.
/// </summary>
public abstract class SnapshotStoreSpec : VirtualTimeSpec
{
    private protected SnapshotStoreSpec(ITestOutputHelper? output = null)
        : base(output)
    {
        Store = new FakeStore(CreateTestProbe());
        Host = Sys.ActorOf(HostActor.Props(Receive));
        Start([]);
    }

    private protected static RaftSettings Settings { get; } =
        new() { Group = "group", MemberId = "a", Members = [], MaxSubscribers = 3 };

    /// <summary>The actor in place of the peer.</summary>
    private protected IActorRef Host { get; }

    private protected FakeStore Store { get; }

    private protected JournalIndex JournalIndex { get; } = new();

    private protected SnapshotSlots Slots { get; private set; } = null!;

    private protected StoredSnapshots Stored { get; private set; } = null!;

    /// <summary>What the children of the host tell it, but for slots that are empty.</summary>
    private protected virtual void OnMessage(object message, IActorRef sender)
    {
    }

    /// <summary>Starts anew, as a peer that finds some snapshots unusable.</summary>
    private protected void Start(IReadOnlyList<long> unusable) => Do(context =>
    {
        Slots = new SnapshotSlots(context, Settings, Store);
        var logger = Logging.GetLogger(Sys, "spec");
        Stored = new StoredSnapshots(Settings, logger, Slots, Store, JournalIndex, unusable);
    });

    /// <summary>Does something within the host.</summary>
    private protected void Do(Action<IActorContext> action) => Host.Tell(new HostActor.Do(action));

    /// <summary>All slots without a holder are emptied: from now on slots can be free.</summary>
    private protected void EmptySlots()
    {
        Do(_ => Slots.StartPruning());
        Store.EmptySlots();
    }

    /// <summary>A snapshot of one chunk is the latest from now on.</summary>
    private protected void Keep(int slot, long lastIncluded, byte[] chunk)
    {
        using var digest = new ContentDigest();
        digest.Add(chunk);
        var snapshot = new Snapshot(lastIncluded, 2, 0, Configuration.None, 1, digest.Content);
        var manifest = new SnapshotManifest("group", "a", "store-a", HardState.Initial, snapshot, slot, null);
        Do(_ => Stored.Keep(new StoredSnapshot(lastIncluded, manifest)));
    }

    private void Receive(object message, IActorRef sender)
    {
        if (message is SlotPruned pruned)
            Slots.OnPruned(pruned.Slot);
        else
            OnMessage(message, sender);
    }
}
