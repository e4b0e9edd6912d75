using Akka.Actor;
using RaftActors.Log;
using RaftActors.StateMachines;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

/// <summary>
/// A subscriber that wants what is in no log any more gets the state first, and then every entry after it.
/// </summary>
public sealed class SubscriberBehindSpec(ITestOutputHelper output) : SnapshotScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2), SqliteJournal(1)]
    public void Who_subscribes_from_the_beginning_gets_a_snapshot_and_what_follows(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        Agree(cluster, 4 * Interval, 3);
        var peer = cluster.Peers[0];
        AwaitCompaction(cluster, peer, 2 * Interval);

        var seen = Subscribe(peer, credits: 3);
        Agree(cluster, 5, 3);
        AwaitAll(cluster, peer, seen);

        Assert.Equal(1, seen.Snapshots);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void Who_is_slow_gets_a_snapshot_in_place_of_what_it_missed(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        Agree(cluster, 1, 3);
        var peer = cluster.Peers[seed % 3];
        var seen = Subscribe(peer, credits: 2);
        for (int round = 0; round < 5; round++)
        {
            seen.IsSlow = true;
            Agree(cluster, 3 * Interval, 3);
            AwaitCompaction(cluster, peer, Status(cluster, peer).CommitIndex - (2 * Interval));
            seen.IsSlow = false;
            peer.Ref.Tell(new EntriesHandled(seen.Subscriber, seen.Index));
            AwaitAll(cluster, peer, seen);
        }
        Assert.InRange(seen.Snapshots, 3, 5);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_peer_that_installs_a_snapshot_hands_it_on(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        Agree(cluster, 1, 3);
        var peer = After(cluster, cluster.AwaitLeader());
        var seen = Subscribe(peer, credits: 8);
        cluster.CutOff(peer);
        Agree(cluster, 4 * Interval, 2);
        foreach (var other in Others(cluster, peer))
            AwaitCompaction(cluster, other, 2 * Interval);
        cluster.Heal(peer);

        Agree(cluster, 3, 3);
        AwaitAll(cluster, peer, seen);

        Assert.InRange(seen.Snapshots, 1, 2);
    }

    private static Seen Subscribe(RaftPeer peer, int credits)
    {
        var seen = new Seen();
        seen.Subscriber = peer.System.ActorOf(Props.Create(() => new Subscriber(seen)));
        peer.Ref.Tell(new Subscribe(1, seen.Subscriber, credits));
        return seen;
    }

    private static void AwaitAll(RaftCluster cluster, RaftPeer peer, Seen seen)
    {
        cluster.Await(() => seen.Index >= peer.Log[^1].Index, "the subscriber has seen all");
        Assert.Equal(peer.Log.Select(applied => applied.Index), seen.Commands);
        Assert.Null(seen.Ended);
    }

    /// <summary>The commands that a subscriber knows of, from a snapshot or as entries.</summary>
    private sealed class Seen
    {
        public IActorRef Subscriber { get; set; } = ActorRefs.Nobody;

        public List<long> Commands { get; } = [];

        public long Index { get; set; }

        public int Snapshots { get; set; }

        public bool IsSlow { get; set; }

        public string? Ended { get; set; }
    }

    private sealed class Subscriber(Seen seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case SnapshotOffer offer:
                    Assert.True(offer.Index > seen.Index);
                    seen.Snapshots++;
                    seen.Commands.Clear();
                    ReadCommands(offer.Data);
                    seen.Index = offer.Index;
                    break;
                case CommittedEntries committed:
                    foreach (var entry in committed.Entries)
                    {
                        if (entry.Index != seen.Index + 1)
                            seen.Ended = $"{entry.Index} after {seen.Index}";
                        seen.Index = entry.Index;
                        if (entry.Kind == EntryKind.Command)
                            seen.Commands.Add(entry.Index);
                    }
                    break;
                case SubscriptionEnded ended:
                    seen.Ended = ended.Reason;
                    break;
            }
            if (!seen.IsSlow)
                Sender.Tell(new EntriesHandled(Self, seen.Index));
        }

        // As the cluster's own state machine writes them.
        private void ReadCommands(Stream data)
        {
            using var reader = new BinaryReader(data);
            for (int count = reader.ReadInt32(); count > 0; count--)
            {
                seen.Commands.Add(reader.ReadInt64());
                reader.ReadInt64();
                reader.ReadInt64();
                reader.ReadInt32();
                reader.ReadString();
                reader.ReadBytes(reader.ReadInt32());
            }
        }
    }
}
