using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Messages that make no sense are dropped with a warning and counted; none takes the peer down.</summary>
public sealed class ValidationSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_message_of_another_group_is_dropped() =>
        ExpectDropped(header => new RequestVote(header with { Group = "other" }, 9, 9, false, true, null));

    [Fact]
    public void A_message_under_the_peers_own_name_is_dropped() =>
        ExpectDropped(header => new RequestVote(header with { MemberId = "a" }, 9, 9, false, true, null));

    [Fact]
    public void A_message_without_a_sender_is_dropped() =>
        ExpectDropped(header => new RequestVote(header with { StoreId = "" }, 9, 9, false, true, null));

    [Fact]
    public void Entries_that_do_not_continue_each_other_are_dropped() =>
        ExpectDropped(header => new AppendEntries(header, 1, 1, 0, 0, new EntryBatch([Command(2, 1), Command(4, 1)])));

    [Fact]
    public void Entries_that_do_not_continue_the_previous_index_are_dropped() =>
        ExpectDropped(header => new AppendEntries(header, 1, 1, 0, 0, new EntryBatch([Command(3, 1)])));

    [Fact]
    public void Entries_of_a_later_term_than_the_leaders_are_dropped() =>
        ExpectDropped(header => new AppendEntries(header, 1, 1, 0, 0, new EntryBatch([Command(2, 99)])));

    [Fact]
    public void Entries_of_falling_terms_are_dropped() =>
        ExpectDropped(header => new AppendEntries(header, 1, 5, 0, 0, new EntryBatch([Command(2, 4)])));

    [Fact]
    public void A_negative_index_is_dropped() =>
        ExpectDropped(header => new AppendEntries(header, -1, 1, 0, 0, EntryBatch.Empty));

    [Fact]
    public void A_term_before_the_first_entry_is_dropped() =>
        ExpectDropped(header => new AppendEntries(header, 0, 1, 0, 0, EntryBatch.Empty));

    [Fact]
    public void A_configuration_that_cannot_be_read_is_dropped() => ExpectDropped(header => new AppendEntries(
        header, 1, 1, 0, 0,
        new EntryBatch([new LogEntry(2, 1, EntryKind.Configuration, 0, new Payload(new byte[] { 0xFF }, 0, ""))])));

    [Fact]
    public void A_candidate_with_an_impossible_log_is_dropped() =>
        ExpectDropped(header => new RequestVote(header, 0, 1, false, true, null));

    [Fact]
    public void Bytes_that_make_no_sense_are_dropped()
    {
        StartWithLog(new HardState(1, null, null), 1);

        Peer.Tell(new MalformedMessage("AE", "cut off"));

        Assert.Equal((1, 1), Status() is var status ? (status.DroppedMessages, status.Term) : default);
    }

    [Fact]
    public void An_acknowledgement_beyond_the_leaders_log_is_dropped()
    {
        StartAsLeader();

        B.Accept(99, 2);

        Assert.Equal((1, RaftRole.Leader, 3),
            Status() is var status ? (status.DroppedMessages, status.Role, status.CommitIndex) : default);
    }

    [Fact]
    public void A_read_context_that_was_never_sent_is_dropped()
    {
        StartAsLeader();
        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.Expect<AppendEntries>();

        B.Accept(3, 2, readContext: 1_000_000);

        Assert.False(HasMessages);
        Assert.Equal(1, Status().DroppedMessages);
    }

    [Fact]
    public void A_second_leader_of_the_same_term_is_not_followed()
    {
        StartWithLog(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0);

        C.Append(1, 1, 1, 0, Command(2, 1));

        Assert.Equal(("b", 1, 1),
            Status() is var status ? (status.Leader!.Id, status.LastIndex, status.DroppedMessages) : default);
    }

    [Fact]
    public void A_reply_to_a_store_that_this_peer_had_before_is_dropped()
    {
        StartWithLog(new HardState(1, null, null), 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);

        B.Say(header => new RequestVoteReply(header with { ToStoreId = "earlier" }, true, true, 2), 1);

        Assert.Equal((RaftRole.PreCandidate, 1),
            Status() is var status ? (status.Role, status.DroppedMessages) : default);
    }

    [Fact]
    public void A_flood_is_counted_in_full_but_does_not_flood_the_log()
    {
        StartWithLog(new HardState(1, null, null), 1);

        EventFilter.Warning(contains: "dropped a message").Expect(4, () =>
        {
            for (int i = 0; i < 15; i++)
                Peer.Tell(new MalformedMessage("AE", "cut off"));
        });

        Assert.Equal(15, Status().DroppedMessages);
    }

    private void ExpectDropped(Func<PeerHeader, PeerMessage> message)
    {
        StartWithLog(new HardState(1, null, null), 1);

        EventFilter.Warning(contains: "dropped a message").ExpectOne(() =>
        {
            B.Say(message, 5);
        });

        Assert.Equal((1, 1, 1),
            Status() is var status ? (status.DroppedMessages, status.Term, status.LastIndex) : default);
        B.ExpectNone<RequestVoteReply>();
    }
}
