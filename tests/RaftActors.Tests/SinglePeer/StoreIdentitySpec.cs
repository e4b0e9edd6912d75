using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Store identity: a disk is who a member is.</summary>
public sealed class StoreIdentitySpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void The_first_event_says_whose_journal_it_is_and_names_a_random_store()
    {
        Start();

        var created = Assert.IsType<PeerCreated>(Disk.Events(PersistenceId)[0].Event);
        Assert.Equal((1, Group, "a"), (created.FormatVersion, created.Group, created.MemberId));
        Assert.Equal(32, created.StoreId.Length);
        Assert.Equal(created.StoreId, Status().StoreId);
    }

    [Fact]
    public void A_store_keeps_its_identity()
    {
        StartWithLog(new HardState(1, null, null), 1);

        Assert.Equal(StoreId, Status().StoreId);
    }

    [Fact]
    public void A_journal_of_another_member_is_refused_at_start() => ExpectRefusal(
        "belongs to member 'z' of group 'group'",
        new PeerCreated(1, Group, "z", "store-z"));

    [Fact]
    public void A_journal_of_another_group_is_refused_at_start() => ExpectRefusal(
        "belongs to member 'a' of group 'other'",
        new PeerCreated(1, "other", "a", "store-a"));

    [Fact]
    public void A_journal_of_a_newer_format_is_refused_at_start() => ExpectRefusal(
        "The journal has format 2; this version reads up to 1.",
        new PeerCreated(2, Group, "a", "store-a"));

    [Fact]
    public void A_journal_of_something_else_is_refused_at_start() =>
        ExpectRefusal("the journal is that of something else", "an event of another actor");

    [Fact]
    public void A_journal_without_its_first_event_is_refused_at_start() => ExpectRefusal(
        "The first event of raft-group-a is missing.",
        new StatePersisted(new HardState(1, null, null), 0, []));

    [Fact]
    public void A_vote_under_another_store_does_not_count()
    {
        StartWithLog(new HardState(1, null, null), 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        B.Say(header => new RequestVoteReply(header, true, true, 2), 1);
        B.Expect<RequestVote>(request => !request.PreVote);

        B.StoreId = "wiped";
        B.Say(header => new RequestVoteReply(header, true, false, 2), 2);
        Assert.Equal(RaftRole.Candidate, Status().Role);

        B.StoreId = "store-b";
        B.Say(header => new RequestVoteReply(header, true, false, 2), 2);
        Assert.Equal(RaftRole.Leader, Status().Role);
    }

    [Fact]
    public void An_acknowledgement_under_another_store_does_not_count_and_its_sender_is_told_to_stop()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        B.Expect<AppendEntries>(append => append.Entries.Count > 0);
        long committed = Status().CommitIndex;

        B.StoreId = "wiped";
        B.Accept(4, 2);

        Assert.Equal("wiped", B.Expect<StoreReplaced>().Header.ToStoreId);
        Assert.Equal(committed, Status().CommitIndex);
    }

    [Fact]
    public void A_higher_term_under_another_store_does_not_depose_a_leader()
    {
        StartAsLeader();

        B.StoreId = "wiped";
        B.Say(header => new AppendEntriesReply(header, false, 0, 0, 3, default, 0), 99);

        Assert.Equal((RaftRole.Leader, 2), (Status().Role, Status().Term));
    }

    [Fact]
    public void A_peer_that_is_told_to_stop_stops_for_good()
    {
        StartWithLog(new HardState(1, null, null), 1);
        ExpectPeerFailed();

        B.Say(header => new StoreReplaced(header), 1);

        Assert.Contains("by another store than this one (store-a)", ExpectMsg<PeerFailed>().Reason);
    }

    [Fact]
    public void A_peer_is_not_stopped_on_behalf_of_a_store_that_it_had_before()
    {
        StartWithLog(new HardState(1, null, null), 1);

        B.Say(header => new StoreReplaced(header with { ToStoreId = "earlier" }), 1);

        Assert.Equal("store-a", Status().StoreId);
    }

    [Fact]
    public void A_peer_is_not_stopped_by_a_leader_of_an_earlier_term()
    {
        StartWithLog(new HardState(5, null, null), 1);

        B.Say(header => new StoreReplaced(header), 4);

        Assert.Equal("store-a", Status().StoreId);
    }

    [Fact]
    public void A_store_that_the_log_does_not_bind_to_its_member_neither_votes_nor_campaigns()
    {
        // A wiped disk that a leader has begun to fill: the log names the disk before it.
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", "new-disk"),
            new StatePersisted(new HardState(1, null, null), 0, [new EntryBatch(Entries(1))]));
        Start();

        for (int i = 0; i < 100; i++)
            Advance(10);
        B.ExpectNone<RequestVote>();

        Assert.False(AskForVote(B, 5, 5, 5));
        Assert.Equal(5, Status().Term);
    }

    [Fact]
    public void A_peer_outside_the_configuration_votes_when_asked_but_does_not_campaign()
    {
        var without = new Configuration([new Server("b", "host:2", "store-b"), new Server("c", "host:3", "store-c")]);
        var entry = new LogEntry(1, 1, EntryKind.Configuration, 0, without.ToPayload());
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(1, null, null), 0, [new EntryBatch([entry])]));
        Start();

        for (int i = 0; i < 100; i++)
            Advance(10);
        B.ExpectNone<RequestVote>();

        Assert.True(AskForVote(B, 2, 1, 1));
    }

    [Fact]
    public void Entries_for_the_store_that_was_there_before_are_not_stored_and_their_leader_learns_which_one_is()
    {
        Start();

        B.Append(1, 0, 0, 2, Entries(1, 1));

        var reply = B.Expect<AppendEntriesReply>();
        var status = Status();
        Assert.False(reply.Success);
        Assert.Equal((status.StoreId, "store-b"), (reply.Header.StoreId, reply.Header.ToStoreId));
        Assert.Equal((0, 0, null, 1), (status.LastIndex, status.Term, status.Leader, status.DroppedMessages));
    }

    [Fact]
    public void A_snapshot_for_the_store_that_was_there_before_is_not_stored()
    {
        Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };
        Start();
        using var digest = new ContentDigest();
        digest.Add([1]);
        var snapshot = new Snapshot(3, 1, 0, Bound, 1, digest.Content);

        B.Say(header => new InstallSnapshot(header, snapshot, 1, new byte[] { 1 }), 1);

        var status = Status();
        Assert.Equal((0, 0, null, 1), (status.LastIndex, status.Term, status.Leader, status.DroppedMessages));
        Assert.Null(Find("peer", "receive-snapshot-1"));
    }

    // A leader of a version that names none, or one that has not bound the store yet.
    [Fact]
    public void Entries_that_name_no_store_are_taken()
    {
        Start();

        B.Say(
            header => new AppendEntries(header with { ToStoreId = "" }, 0, 0, 0, 0, new EntryBatch(Entries(1, 1))), 1);

        Assert.True(B.Expect<AppendEntriesReply>().Success);
        Assert.Equal(2, Status().LastIndex);
    }

    private void ExpectRefusal(string reason, params object[] events)
    {
        Disk.Put(PersistenceId, events);
        ExpectPeerFailed();

        Start();

        Assert.Contains(reason, ExpectMsg<PeerFailed>().Reason);
        var problem = Assert.ThrowsAny<InvalidOperationException>(() => Status());
        Assert.Contains(reason, problem.Message);
        Peer.Tell(new Propose(new byte[1], CorrelationId: 7), TestActor);
        Assert.Equal((FailureReason.NoLeader, 7),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
    }

    private void ExpectPeerFailed() => Sys.EventStream.Subscribe(TestActor, typeof(PeerFailed));
}
