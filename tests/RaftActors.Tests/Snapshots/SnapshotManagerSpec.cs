using Akka.Actor;
using Akka.TestKit;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Snapshots;

/// <summary>
/// Taking and installing snapshots, without a peer: with a log, and a probe in place of the snapshot store.
/// </summary>
public sealed partial class SnapshotManagerSpec : VirtualTimeSpec
{
    private static readonly byte[] FirstChunk = [1, 2, 3], LastChunk = [4];

    private readonly Permits _permits = new(1);
    private readonly RaftLog _log = new();
    private readonly FakeStore _store;
    private readonly FakeSnapshotPeer _peer;
    private readonly IActorRef _host;
    private SnapshotManager _manager = null!;

    public SnapshotManagerSpec(ITestOutputHelper output)
        : base(output)
    {
        _store = new FakeStore(CreateTestProbe());
        _peer = new FakeSnapshotPeer(_store, _log);
        _host = Sys.ActorOf(HostActor.Props(OnMessage));
        var settings = new RaftSettings { Group = "group", MemberId = "a", Members = [], RandomSeed = 1 };
        var configurations = new ConfigurationHistory(Configuration.None);
        _host.Tell(new HostActor.Do((context, timers) =>
        {
            _peer.Timers = timers;
            _manager = new SnapshotManager(
                context, settings, new ActorSystemResolver(Sys), _log, configurations, new JournalIndex(), [], _permits,
                _peer);
        }));
        Do(() => _manager.Slots.StartPruning());
        _store.EmptySlots();
    }

    // ---- Taking

    [Fact]
    public void The_manifest_of_an_own_snapshot_waits_until_what_it_covers_is_durable()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(SnapshotStored));
        Append(5, persisted: 4);
        var asker = Ask();
        Tell(Image(5));
        Assert.IsType<SnapshotChunk>(_store.Save());
        _store.ExpectNone();

        Do(() => _manager.OnWritten());
        _store.ExpectNone();
        _peer.PersistedIndex = 5;
        Do(() => _manager.OnWritten());

        Assert.Equal(5, Assert.IsType<SnapshotManifest>(_store.Save()).Snapshot.LastIncludedIndex);
        Assert.Equal(5, asker.ExpectMsg<SnapshotTaken>().Index);
        var stored = ExpectMsg<SnapshotStored>();
        Assert.Equal(("a", 5, false), (stored.MemberId, stored.Index, stored.IsInstalled));
        Assert.Equal(5, _manager.Stored.LastIncludedIndex);
        Assert.Equal(ChunkStore.Slots - 1, FreeSlots());
    }

    [Fact]
    public void The_image_of_another_state_machine_is_no_answer()
    {
        Append(5);
        Ask();

        Tell(Image(5) with { Machine = 6 });

        _store.ExpectNone();
    }

    [Fact]
    public void Without_a_state_machine_who_asks_hears_so()
    {
        _peer.Machine = null;

        Assert.Contains("the state machine failed", Ask().ExpectMsg<SnapshotFailed>().Reason);
    }

    [Fact]
    public void A_snapshot_that_is_due_is_not_asked_for_again_until_a_while_after_a_failure()
    {
        Append(100_000);
        Do(() => _manager.Consider());
        Tell(Image(5) with { Parts = null, Failure = "it is broken" });
        Assert.Equal(["capture"], _peer.Done);

        Do(() => _manager.Consider());
        Assert.Equal(["capture"], _peer.Done);

        Advance(new RaftSettings { Group = "g", MemberId = "a", Members = [] }.RestartBackoffMax.TotalMilliseconds);
        Assert.Equal(["capture", "capture"], _peer.Done);
    }

    [Fact]
    public void A_state_that_turns_out_to_be_wrong_is_not_stored()
    {
        Append(5);
        var asker = Ask();
        Tell(Image(5));

        _peer.WhySetAside = "The replica differs.";
        Do(() => _manager.OnSetAside(_peer.WhySetAside));
        Assert.IsType<SnapshotChunk>(_store.Save());

        Assert.Contains("The replica differs", asker.ExpectMsg<SnapshotFailed>().Reason);
        Assert.Equal(0, _store.PrunedSlot());
        _store.AnswerEmpty();
        Assert.Equal(ChunkStore.Slots, FreeSlots());
    }

    // ---- Installing

    [Fact]
    public void A_snapshot_is_installed_when_chunks_manifest_and_event_are_durable()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(SnapshotStored));
        Append(2);
        _peer.IsWriting = true;
        Chunk(1);
        Assert.Empty(_peer.Done);
        _store.Save();
        Assert.Equal(["wants 2"], _peer.Done);
        Chunk(2);
        _store.Save();
        Assert.True(_manager.HoldsEntries);
        _store.ExpectNone();

        _peer.IsWriting = false;
        Do(() => _manager.OnWritten());
        Assert.Null(_manager.EventToWrite);
        Assert.IsType<SnapshotManifest>(_store.Save());
        Assert.Equal(["wants 2", "write"], _peer.Done);
        Assert.Equal(new SnapshotInstalled(8, 2), _manager.EventToWrite);
        Assert.Equal(2, _log.LastIndex);

        Assert.False(HasMessages);
        Do(() => _manager.OnInstalled());
        Assert.Equal((8, true), ExpectMsg<SnapshotStored>() is var stored ? (stored.Index, stored.IsInstalled) : default);

        Assert.Equal(["wants 2", "write", "replace log", "after write", "installed"], _peer.Done);
        Assert.Equal((9, 8, 8), (_log.FirstIndex, _log.CommitIndex, _manager.Stored.LastIncludedIndex));
        Assert.False(_manager.HoldsEntries);
        Assert.Equal(ChunkStore.Slots - 1, FreeSlots());
    }

    [Fact]
    public void A_log_that_reaches_the_snapshot_before_its_event_is_durable_stays()
    {
        Append(2);
        Receive();
        _store.Save();
        Append(9, commit: 2);

        Do(() => _manager.OnInstalled());

        Assert.DoesNotContain("replace log", _peer.Done);
        Assert.Equal((9, 8), (_log.LastIndex, _log.CommitIndex));
        Assert.Equal("installed", _peer.Done[^1]);
    }

    [Fact]
    public void A_snapshot_that_the_log_has_overtaken_is_given_up_and_its_slot_is_emptied()
    {
        Append(2);
        Chunk(1);
        Append(9);

        Do(() => _manager.Consider());
        _store.Save();

        Assert.Equal(0, _store.PrunedSlot());
        _store.AnswerEmpty();
        Assert.Equal(ChunkStore.Slots, FreeSlots());
    }

    [Fact]
    public void Another_snapshot_of_the_leader_waits_until_the_receiver_of_the_first_has_stopped()
    {
        Append(2);
        Chunk(1);
        Chunk(1, lastIncluded: 9);
        _store.Save();
        Assert.Equal(0, _store.PrunedSlot());
        Assert.Empty(_peer.Done);

        Chunk(1, lastIncluded: 9);
        _store.AnswerEmpty();
        _store.Save();

        Assert.Equal(["wants 2"], _peer.Done);
    }

    [Fact]
    public void The_snapshot_of_the_leader_goes_before_an_own_one_that_is_being_written()
    {
        Append(2);
        var asker = Ask();
        Tell(Image(2));

        Chunk(1);
        Assert.Contains("the leader sends its own", asker.ExpectMsg<SnapshotFailed>().Reason);
        _store.Save();
        Assert.Equal(0, _store.PrunedSlot());
        _store.AnswerEmpty();
        Chunk(1);
        _store.Save();

        Assert.Equal("wants 2", _peer.Done[^1]);
    }

    [Fact]
    public void No_own_snapshot_is_taken_until_that_of_the_leader_is_installed()
    {
        Append(2);
        Receive();
        var asker = Ask();
        _store.Save();
        Assert.False(asker.HasMessages);

        Do(() => _manager.OnInstalled());

        Assert.Equal(8, asker.ExpectMsg<SnapshotTaken>().Index);
        Assert.DoesNotContain("capture", _peer.Done);
    }

    [Fact]
    public void A_state_that_is_set_aside_is_replaced_and_the_log_stays()
    {
        Append(9);
        (_peer.WhySetAside, _peer.RebuildFrom) = ("The replica differs.", 8);
        Receive();
        Assert.False(_manager.HoldsEntries);

        _store.Save();

        Assert.Equal(["wants 2", "replace state machine", "installed"], _peer.Done);
        Assert.Equal((1, 9, 8), (_log.FirstIndex, _log.LastIndex, _manager.Stored.LastIncludedIndex));
    }

    [Fact]
    public void A_manifest_that_cannot_be_stored_ends_the_installation_and_lets_entries_be_written()
    {
        Append(2);
        Receive();

        _store.Refuse();

        Assert.Equal(["wants 2", "flush"], _peer.Done);
        Assert.False(_manager.HoldsEntries);
        Assert.Equal(0, _store.PrunedSlot());
    }

    private static Snapshot SnapshotUpTo(long lastIncluded)
    {
        using var digest = new ContentDigest();
        digest.Add(FirstChunk);
        digest.Add(LastChunk);
        return new Snapshot(lastIncluded, 2, 0, Configuration.None, 1, digest.Content);
    }

    private static StateImage Image(long index) => new(7, new AppliedEntry(index, 2, 0), [FirstChunk], null);

    private void OnMessage(object message, IActorRef sender)
    {
        if (message is Terminated ended)
            _manager.OnTerminated(ended.ActorRef);
        else
            Assert.True(_manager.Receive(message, sender));
    }

    private void Do(Action action) => _host.Tell(new HostActor.Do((_, _) => action()));

    private void Tell(object message) => _host.Tell(message);

    private TestProbe Ask()
    {
        var asker = CreateTestProbe();
        _host.Tell(TakeSnapshot.Instance, asker);
        return asker;
    }

    // Entries of term 2 up to an index, all of them committed and durable unless it says otherwise.
    private void Append(long to, long? commit = null, long? persisted = null)
    {
        while (_log.LastIndex < to)
            _log.Append(new LogEntry(_log.LastIndex + 1, 2, EntryKind.Command, 0, new Payload(new byte[1], 0, "")));
        _log.CommitTo(commit ?? to);
        _peer.AppliedIndex = commit ?? to;
        _peer.PersistedIndex = persisted ?? to;
        _store.LastSequenceNr = to;
    }

    // A chunk of the leader's snapshot.
    private void Chunk(int number, long lastIncluded = 8)
    {
        var header = new PeerHeader("host:2", "group", "b", "store-b", 2, "store-a");
        var chunk = number == 1 ? FirstChunk : LastChunk;
        var install = new InstallSnapshot(header, SnapshotUpTo(lastIncluded), number, chunk);
        Do(() => _manager.OnInstallSnapshot(install));
    }

    // All chunks come and are stored; the manifest is on its way.
    private void Receive()
    {
        Chunk(1);
        _store.Save();
        Chunk(2);
        _store.Save();
    }

    private int FreeSlots()
    {
        var taken = new List<int>();
        Do(() =>
        {
            while (_manager.Slots.TakeFree() is { } slot)
                taken.Add(slot);
        });
        return taken.Count;
    }
}
