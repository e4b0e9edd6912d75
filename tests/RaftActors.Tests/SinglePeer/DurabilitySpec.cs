using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>What is durable, and when.</summary>
public sealed class DurabilitySpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void Hard_state_and_entries_are_one_event()
    {
        StartCommanded(new HardState(1, null, null), 1);

        B.Append(2, 1, 1, 0, Command(2, 2));

        var persisted = Event(Disk.NextWrite());
        Assert.Equal((2, 1, 1), (persisted.HardState!.Term, persisted.PreviousIndex, persisted.Batches[0].Count));
    }

    [Fact]
    public void Either_part_of_an_event_may_be_absent()
    {
        StartCommanded(new HardState(1, null, null), 1);

        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();
        Assert.Null(Event(write).HardState);
        write.Succeed();

        B.Say(header => new RequestVote(header, 9, 2, false, true, null), 3);
        write = Disk.NextWrite();
        Assert.Empty(Event(write).Batches);
        Assert.Equal(new HardState(3, "b", "store-b"), Event(write).HardState);
        write.Succeed();
    }

    [Fact]
    public void At_most_one_write_is_in_flight_and_whatever_changes_meanwhile_is_the_next_single_event()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var first = Disk.NextWrite();

        B.Append(1, 2, 1, 0, Command(3, 1));
        B.Append(1, 3, 1, 0, Command(4, 1), Command(5, 1));
        C.Append(2, 5, 1, 0, Command(6, 2));
        Assert.Equal(0, Disk.WaitingWrites);

        first.Succeed();
        var second = Event(Disk.NextWrite());
        Assert.Equal((2, 2, 4),
            (second.HardState!.Term, second.PreviousIndex, second.Batches.Sum(batch => batch.Count)));
        Assert.Equal(0, Disk.WaitingWrites);
    }

    [Fact]
    public void No_timer_delays_a_lone_proposal()
    {
        StartAsLeader();
        Disk.Commanded = true;

        Peer.Tell(new Propose(new byte[] { 7 }), TestActor);

        Assert.Equal(4, Event(Disk.NextWrite()).Batches[0].FirstIndex);
    }

    [Fact]
    public void Proposals_that_come_while_a_write_is_in_flight_share_the_next_event_and_one_message_to_each_follower()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        var write = Disk.NextWrite();
        B.Expect<AppendEntries>(append => append.LastIndex == 4);

        for (byte i = 2; i <= 100; i++)
            Peer.Tell(new Propose(new[] { i }), TestActor);
        write.Succeed();

        Assert.Equal(99, Assert.Single(Event(Disk.NextWrite()).Batches).Count);
        Assert.Equal(99, B.Expect<AppendEntries>().Entries.Count);
        B.ExpectNone<AppendEntries>();
    }

    [Fact]
    public void Entries_are_acknowledged_only_once_they_are_durable()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();
        B.ExpectNone<AppendEntriesReply>();

        write.Succeed();

        Assert.Equal(2, B.Expect<AppendEntriesReply>().MatchIndex);
    }

    [Fact]
    public void An_empty_heartbeat_does_not_acknowledge_entries_still_being_written()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();

        B.Append(1, 2, 1, 0);

        var reply = B.Expect<AppendEntriesReply>();
        Assert.Equal((true, 1, 2), (reply.Success, reply.MatchIndex, reply.AcceptedIndex));
        write.Succeed();
        Assert.Equal(2, B.Expect<AppendEntriesReply>().MatchIndex);
    }

    [Fact]
    public void A_repeated_message_does_not_acknowledge_entries_still_being_written()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        Disk.NextWrite();

        B.Append(1, 1, 1, 0, Command(2, 1));

        B.ExpectNone<AppendEntriesReply>(reply => reply.MatchIndex > 1);
    }

    [Fact]
    public void An_acknowledgement_covers_no_more_than_the_message_it_answers()
    {
        // Entry 3 is durable, but of another leader: the message does not say whether it is the leader's.
        StartWithLog(new HardState(1, null, null), 1, 1, 1);

        B.Append(2, 2, 1, 0);

        Assert.Equal((2, 2),
            B.Expect<AppendEntriesReply>() is var reply ? (reply.MatchIndex, reply.AcceptedIndex) : default);
    }

    [Fact]
    public void A_truncation_in_flight_lowers_what_may_be_acknowledged()
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1, 1);
        Disk.Commanded = true;
        B.Append(2, 2, 1, 0, Command(3, 2));
        var write = Disk.NextWrite();
        Assert.Equal(2, Event(write).PreviousIndex);
        Assert.Equal(2, Status().PersistedIndex);

        // The term of the heartbeat is being written too; its answer waits for that, and then says no more than is
        // durable.
        write.Succeed();
        Assert.Equal(3, B.Expect<AppendEntriesReply>().MatchIndex);
        Assert.Equal((3, 3), Status() is var status ? (status.PersistedIndex, status.LastIndex) : default);
    }

    [Fact]
    public void A_truncation_during_a_write_is_not_undone_when_that_write_succeeds()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1), Command(3, 1), Command(4, 1));
        var first = Disk.NextWrite();
        C.Append(2, 2, 1, 0, Command(3, 2));
        Assert.Equal(1, Status().PersistedIndex);

        first.Succeed();
        var second = Disk.NextWrite();

        // Entries 3 and 4 of the first event are on the disk, but not what the log holds now.
        Assert.Equal((2, 3), Status() is var status ? (status.PersistedIndex, status.LastIndex) : default);
        C.ExpectNone<AppendEntriesReply>();
        Assert.Equal((2, 2), (Event(second).PreviousIndex, Event(second).HardState!.Term));
        second.Succeed();
        C.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 3);
    }

    [Fact]
    public void What_was_replaced_is_replaced_in_the_journal_too()
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1, 1);
        B.Append(2, 2, 1, 0, Command(3, 2));
        B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 3);

        Restart();

        Assert.Equal((3, 2), Status() is var status ? (status.LastIndex, status.Term) : default);
        B.Append(2, 3, 2, 0);
        Assert.True(B.Expect<AppendEntriesReply>().Success);
    }

    [Fact]
    public void A_leader_counts_itself_only_once_its_entries_are_durable()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        var write = Disk.NextWrite();
        B.Accept(4, 2);
        Assert.Equal(3, Status().CommitIndex);

        write.Succeed();

        Assert.Equal(4, Status().CommitIndex);
    }

    [Fact]
    public void A_leader_commits_without_itself_what_the_others_have()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Disk.NextWrite();

        B.Accept(4, 2);
        C.Accept(4, 2);

        Assert.Equal(4, ExpectMsg<Proposed>().Index);
        Assert.Equal((3, 4), Status() is var status ? (status.PersistedIndex, status.CommitIndex) : default);
    }

    [Fact]
    public void A_leader_sends_entries_while_its_own_write_is_in_flight()
    {
        StartAsLeader();
        Disk.Commanded = true;

        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);

        Disk.NextWrite();
        Assert.Equal(4, B.Expect<AppendEntries>(append => append.Entries.Count > 0).LastIndex);
        Assert.Equal(4, C.Expect<AppendEntries>(append => append.Entries.Count > 0).LastIndex);
    }

    [Fact]
    public void A_follower_that_has_nothing_else_to_do_does_not_wait_for_the_leaders_slow_disk()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Disk.NextWrite();
        B.Expect<AppendEntries>(append => append.LastIndex == 4);
        B.Accept(4, 2);

        Peer.Tell(new Propose(new byte[] { 2 }), TestActor);

        Assert.Equal(5, B.Expect<AppendEntries>(append => append.Entries.Count > 0).LastIndex);
        C.ExpectNone<AppendEntries>(append => append.LastIndex == 5);
    }

    [Fact]
    public void A_failed_write_stops_the_peer_before_anything_is_acknowledged()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();
        Disk.Commanded = false;

        write.Fail();

        AwaitRestart();
        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal(1, Status().LastIndex);
    }

    [Fact]
    public void A_rejected_write_stops_the_peer_before_anything_is_acknowledged()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();
        B.Append(1, 2, 1, 0, Command(3, 1));
        Disk.Commanded = false;

        write.Reject();

        AwaitRestart();
        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal(1, Status().LastIndex);
    }

    [Fact]
    public void A_peer_that_stops_answers_its_proposals_that_their_outcome_is_unknown()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 11), TestActor);
        var write = Disk.NextWrite();
        Disk.Commanded = false;

        write.Fail();

        var failed = ExpectMsg<ProposalFailed>();
        Assert.Equal((FailureReason.OutcomeUnknown, 11), (failed.Reason, failed.CorrelationId));
        AwaitRestart();
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_missing_event_is_found_at_recovery()
    {
        PutLog(new HardState(1, null, null), 1, 1);
        Disk.Put(PersistenceId, new StatePersisted(new HardState(2, "b", "store-b"), 2, []),
            new StatePersisted(new HardState(3, null, null), 2, []));
        Disk.Lose(PersistenceId, 3);
        Sys.EventStream.Subscribe(TestActor, typeof(PeerFailed));

        Start();

        Assert.Contains("misses events between 2 and 4", ExpectMsg<PeerFailed>().Reason);
    }

    [Fact]
    public void A_hole_in_the_log_is_found_at_recovery()
    {
        PutLog(new HardState(1, null, null), 1, 1);
        Disk.Put(PersistenceId, new StatePersisted(null, 3, [new EntryBatch([Command(4, 1)])]));
        Sys.EventStream.Subscribe(TestActor, typeof(PeerFailed));

        Start();

        Assert.Contains("misses the entries from 3 to 3", ExpectMsg<PeerFailed>().Reason);
    }
}
