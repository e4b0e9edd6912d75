using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.StateMachines;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Committed entries on their way to the state machine and to subscribers.</summary>
public sealed class ApplyingSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private static readonly HardState InTerm1 = new(1, null, null);

    [Fact]
    public void Commands_are_applied_in_order_and_nothing_else_is()
    {
        StartWithLog(InTerm1, 1, 1, 1);
        B.Append(1, 3, 1, 4, Command(4, 1));

        Assert.Equal(4, Status().AppliedIndex);

        Assert.Equal([2L, 3, 4], Machine.Applied.Select(entry => entry.Index));
    }

    [Fact]
    public void Nothing_is_applied_before_it_is_committed()
    {
        StartWithLog(InTerm1, 1, 1, 1);
        B.Append(1, 3, 1, 2);

        Assert.Equal(2, Status().AppliedIndex);

        Assert.Equal(2, Assert.Single(Machine.Applied).Index);
    }

    [Fact]
    public void A_state_machine_that_fails_is_built_anew_and_given_every_entry_again()
    {
        StartWithLog(InTerm1, 1, 1);
        B.Append(1, 2, 1, 4, new LogEntry(3, 1, EntryKind.Command, 0, new Payload(new[] { Poison }, 0, "")),
            Command(4, 1));
        Assert.True(Machine.Failed);
        var failed = Machine;

        PoisonWorks = false;
        AdvanceUntil(() => Status().AppliedIndex == 4);

        Assert.NotSame(failed, Machine);
        Assert.Equal([2L, 3, 4], Machine.Applied.Select(entry => entry.Index));
    }

    [Fact]
    public void A_command_that_always_fails_does_not_keep_the_peer_from_consensus()
    {
        StartWithLog(InTerm1, 1, 1);
        B.Append(1, 2, 1, 3, new LogEntry(3, 1, EntryKind.Command, 0, new Payload(new[] { Poison }, 0, "")));
        for (int i = 0; i < 50; i++)
            Advance(50);

        Assert.True(AskForVote(C, 2, 9, 1, transfer: true));
    }

    [Fact]
    public void A_response_that_is_lost_with_a_failed_state_machine_is_an_unknown_outcome()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new[] { Poison }, CorrelationId: 1), TestActor);
        B.Accept(4, 2);

        Assert.Equal((FailureReason.OutcomeUnknown, 1),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);

        PoisonWorks = false;
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 2), TestActor);
        B.Accept(5, 2);
        AdvanceUntil(() =>
        {
            B.Accept(5, 2);
            return HasMessages;
        });

        Assert.Equal((5, 2),
            ExpectMsg<Proposed>() is var proposed ? (proposed.Index, proposed.CorrelationId) : default);
        Assert.False(HasMessages);
    }

    [Fact]
    public void While_a_state_machine_fails_again_and_again_proposals_and_queries_are_answered_so()
    {
        Settings = Settings with { ApplyBatchEntries = 1, ApplyCredits = 1 };
        StartAsLeader();
        Peer.Tell(new Propose(new[] { Poison }, CorrelationId: 1), TestActor);
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 2), TestActor);

        Assert.Equal((FailureReason.OutcomeUnknown, 1),
            ExpectWhileAccepting<ProposalFailed>() is var first ? (first.Reason, first.CorrelationId) : default);
        Assert.Equal((FailureReason.OutcomeUnknown, 2),
            ExpectWhileAccepting<ProposalFailed>() is var second ? (second.Reason, second.CorrelationId) : default);
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 3), TestActor);
        Assert.Equal((FailureReason.StateMachineFailed, 3),
            ExpectWhileAccepting<QueryFailed>() is var query ? (query.Reason, query.CorrelationId) : default);
    }

    [Fact]
    public void An_image_that_fails_while_it_is_read_is_no_snapshot_this_time()
    {
        StartWithLog(InTerm1, 1, 1);
        B.Append(1, 2, 1, 2);
        Assert.Equal(2, Status().AppliedIndex);
        Machine.Image = FailingImage();

        Peer.Tell(TakeSnapshot.Instance, TestActor);
        Assert.Contains("the state machine cannot go on writing it: the table was dropped",
            ExpectMsg<SnapshotFailed>().Reason);
        Assert.Equal(1, Machine.Images);
    }

    [Fact]
    public void The_state_machine_is_handed_no_more_than_it_has_credits_for()
    {
        Settings = Settings with { ApplyBatchEntries = 2, ApplyCredits = 4 };
        StartWithLog(InTerm1, 1);

        B.Append(1, 1, 1, 101, [.. Enumerable.Range(2, 100).Select(index => Command(index, 1))]);

        Assert.Equal(101, Status().AppliedIndex);
        Assert.Equal(Enumerable.Range(2, 100).Select(index => (long)index),
            Machine.Applied.Select(entry => entry.Index));
    }

    [Fact]
    public void A_subscriber_gets_every_committed_entry_from_its_index_on_in_order()
    {
        StartWithLog(InTerm1, 1, 1, 1);
        B.Append(1, 3, 1, 3);

        Peer.Tell(new Subscribe(2, TestActor));
        Assert.Equal([2L, 3], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));

        B.Append(1, 3, 1, 5, Command(4, 1), Command(5, 1));
        Assert.Equal([4L, 5], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void A_subscriber_gets_no_more_than_it_has_credits_for()
    {
        StartWithLog(InTerm1, 1, 1, 1, 1, 1);
        B.Append(1, 5, 1, 5);

        Peer.Tell(new Subscribe(1, TestActor, Credits: 2));
        Assert.Equal([1L, 2], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
        Assert.False(HasMessages);

        Peer.Tell(new EntriesHandled(TestActor, 1));
        Assert.Equal([3L], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
        // It cannot give back more than it got.
        Peer.Tell(new EntriesHandled(TestActor, 99));
        Assert.Equal([4L, 5], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void Subscribing_again_starts_again()
    {
        StartWithLog(InTerm1, 1, 1);
        B.Append(1, 2, 1, 2);
        Peer.Tell(new Subscribe(1, TestActor));
        ExpectMsg<CommittedEntries>();

        Peer.Tell(new Subscribe(2, TestActor));

        Assert.Equal([2L], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Who_unsubscribes_gets_no_more()
    {
        StartWithLog(InTerm1, 1);
        Peer.Tell(new Subscribe(1, TestActor));
        Peer.Tell(new Unsubscribe(TestActor));

        B.Append(1, 1, 1, 1);

        Assert.False(HasMessages);
    }

    [Fact]
    public void A_subscription_that_cannot_be_served_is_ended()
    {
        Settings = Settings with { MaxSubscribers = 1 };
        StartWithLog(InTerm1, 1);

        Peer.Tell(new Subscribe(0, TestActor));
        Assert.Contains("The first index is 1", ExpectMsg<SubscriptionEnded>().Reason);
        Peer.Tell(new Subscribe(1, TestActor, Credits: 0));
        Assert.Contains("credit", ExpectMsg<SubscriptionEnded>().Reason);
        Peer.Tell(new Subscribe(1, B.Probe.Ref));
        Peer.Tell(new Subscribe(1, TestActor));
        Assert.Contains("raft.max-subscribers", ExpectMsg<SubscriptionEnded>().Reason);
    }

    [Fact]
    public void A_subscriber_gets_no_more_credits_than_the_peer_gives()
    {
        Settings = Settings with { MaxSubscriberCredits = 2 };
        StartWithLog(InTerm1, 1, 1, 1);
        B.Append(1, 3, 1, 3);

        Peer.Tell(new Subscribe(1, TestActor, Credits: int.MaxValue));

        Assert.Equal([1L, 2], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_subscriber_that_stops_makes_room_for_another()
    {
        Settings = Settings with { MaxSubscribers = 1 };
        StartWithLog(InTerm1, 1);
        var first = CreateTestProbe();
        Peer.Tell(new Subscribe(1, first.Ref));

        Watch(first.Ref);
        Sys.Stop(first.Ref);
        ExpectTerminated(first.Ref);

        Peer.Tell(new Subscribe(1, TestActor));
        B.Append(1, 1, 1, 1);

        Assert.Equal([1L], ExpectMsg<CommittedEntries>().Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void A_peer_that_stops_ends_its_subscriptions()
    {
        StartWithLog(InTerm1, 1);
        Peer.Tell(new Subscribe(1, TestActor));

        Restart();

        Assert.Contains("Subscribe again", ExpectMsg<SubscriptionEnded>().Reason);
    }

    private T ExpectWhileAccepting<T>()
    {
        AdvanceUntil(() =>
        {
            while (B.TryTake<AppendEntries>() is { } append)
                B.Accept(append.LastIndex, 2, append.ReadContext);
            return HasMessages;
        });
        return ExpectMsg<T>();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> FailingImage()
    {
        yield return new byte[] { 1 };
        throw new InvalidOperationException("the table was dropped");
    }
}
