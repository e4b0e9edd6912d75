using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.Tests.Replication;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Snapshots;

/// <summary>Which followers are sent a snapshot, without a peer.</summary>
public sealed class SnapshotSendingSpec : SnapshotStoreSpec
{
    private static readonly byte[] Chunk = [1, 2, 3];

    private readonly RaftLog _log = new(baseIndex: 8, baseTerm: 2);
    private readonly FakeSnapshotPeer _peer;
    private readonly TestProbe _follower;
    private SnapshotSending _sending = null!;

    public SnapshotSendingSpec(ITestOutputHelper output)
        : base(output)
    {
        // b has nothing: it needs entries that are compacted.
        _peer = new FakeSnapshotPeer(Store, _log) { Leading = Leaders.OfTwo() };
        _follower = CreateTestProbe();
        Do(context => _sending = new SnapshotSending(
            context, Settings, Logging.GetLogger(Sys, "spec"), new ProbeResolver(_follower), _log, Stored, Slots,
            _peer));
        EmptySlots();
        Keep(slot: 0, lastIncluded: 8);
    }

    private Follower B => _peer.Leading!.Find("b")!;

    [Fact]
    public void The_slot_of_a_snapshot_that_is_sent_is_held_until_the_follower_has_installed_it()
    {
        Assert.False(Send());
        Assert.Equal(ProgressState.Snapshot, B.Progress.State);
        Store.Answer(Chunk);
        Assert.Equal(1, _follower.ExpectMsg<InstallSnapshot>().Chunk);
        Keep(slot: 1, lastIncluded: 20);
        Store.ExpectNone();

        Assert.True(Reply(installed: true));

        Assert.Equal((ProgressState.Probe, 9), (B.Progress.State, B.Progress.NextIndex));
        Assert.Equal(0, Store.PrunedSlot());
        Assert.False(Reply(installed: true));
    }

    [Fact]
    public void No_follower_is_sent_two_snapshots_at_a_time()
    {
        Assert.False(Send());
        Assert.False(Send());

        Store.Answer(Chunk);
        Store.ExpectNone();
    }

    [Fact]
    public void A_damaged_snapshot_is_not_sent_and_another_one_is_needed()
    {
        Stored.NoteDamaged(slot: 0, lastIncludedIndex: 8);

        Assert.True(Send());

        Store.ExpectNone();
    }

    [Fact]
    public void A_state_that_is_set_aside_is_sent_to_nobody()
    {
        _peer.WhySetAside = "The replica differs.";

        Assert.False(Send());

        Store.ExpectNone();
    }

    [Fact]
    public void A_snapshot_that_cannot_be_read_is_not_sent_any_more_and_counts_as_damaged()
    {
        Send();

        Store.Answer(null);

        Assert.True(Stored.IsDamaged);
        Assert.Equal(ProgressState.Probe, B.Progress.State);
        Assert.True(Send());
    }

    // Otherwise its slot would never be free again, and the follower would wait for the rest.
    [Fact]
    public void A_sender_that_stops_without_a_word_has_failed()
    {
        Send();
        Store.Take<Akka.Persistence.LoadSnapshot>();

        Sys.ActorSelection(Host.Path / "send-snapshot-1").Tell(PoisonPill.Instance);

        Assert.False(Stored.IsDamaged);
        Assert.Equal(ProgressState.Probe, B.Progress.State);
        Keep(slot: 1, lastIncluded: 20);
        Assert.Equal(0, Store.PrunedSlot());
    }

    [Fact]
    public void A_follower_that_is_silent_for_long_is_sent_no_more()
    {
        Send();
        Store.Answer(Chunk);

        Advance(9 * Settings.ElectionTimeoutMax.TotalMilliseconds);
        Assert.False(StopToSilent());
        Advance(Settings.ElectionTimeoutMax.TotalMilliseconds);
        Assert.True(StopToSilent());

        Assert.Equal(ProgressState.Probe, B.Progress.State);
        Assert.False(StopToSilent());
    }

    [Fact]
    public void A_follower_that_is_sent_a_snapshot_needs_the_entries_after_it()
    {
        Assert.Equal(long.MaxValue, _sending.OldestNeeded());

        Send();

        Assert.Equal(8, _sending.OldestNeeded());
    }

    private protected override void OnMessage(object message, IActorRef sender)
    {
        switch (message)
        {
            case SendingFailed failed:
                _sending.OnFailed(failed, sender);
                break;
            case Terminated ended:
                _sending.OnTerminated(ended.ActorRef);
                break;
        }
    }

    private void Do(Action action) => Do(_ => action());

    private bool Send()
    {
        bool needsAnother = false;
        Do(() => needsAnother = _sending.Send(B));
        return needsAnother;
    }

    private bool StopToSilent()
    {
        bool anyStopped = false;
        Do(() => anyStopped = _sending.StopToSilent());
        return anyStopped;
    }

    private bool Reply(bool installed)
    {
        bool goesOn = false;
        var header = new PeerHeader("host:2", "group", "b", "store-b", 2, "store-a");
        Do(() => goesOn = _sending.OnReply(B, new InstallSnapshotReply(header, 8, 2, 1, installed)));
        return goesOn;
    }

    private void Keep(int slot, long lastIncluded) => Keep(slot, lastIncluded, Chunk);

    private sealed class ProbeResolver(IActorRef follower) : IPeerResolver
    {
        public ICanTell Resolve(string nodeAddress, string group) => follower;
    }
}
