using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Terms and votes are durable before anybody hears of them.</summary>
public sealed class DurableTermSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_vote_waits_for_its_write()
    {
        StartCommanded(new HardState(1, null, null), 1);

        B.Say(header => new RequestVote(header, 1, 1, false, false, null), 2);
        var write = Disk.NextWrite();
        Assert.Equal(new HardState(2, "b", "store-b"), Event(write).HardState);
        B.ExpectNone<PeerMessage>();

        write.Succeed();
        Assert.True(B.Expect<RequestVoteReply>().Granted);
    }

    [Fact]
    public void A_reply_that_carries_a_new_term_waits_for_its_write()
    {
        StartCommanded(new HardState(1, null, null), 1);

        B.Append(5, 9, 5, 0);
        var write = Disk.NextWrite();
        Assert.Equal(5, Event(write).HardState!.Term);
        B.ExpectNone<PeerMessage>();

        write.Succeed();
        Assert.Equal((false, 5), B.Expect<AppendEntriesReply>() is var reply ? (reply.Success, reply.Term) : default);
    }

    [Fact]
    public void Nothing_that_carries_the_new_term_leaves_while_an_older_write_is_in_flight()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var older = Disk.NextWrite();

        C.Say(header => new RequestVote(header, 9, 1, false, true, null), 2);
        older.Succeed();
        var newer = Disk.NextWrite();
        C.ExpectNone<PeerMessage>();

        newer.Succeed();
        Assert.True(C.Expect<RequestVoteReply>().Granted);
    }

    [Fact]
    public void A_candidates_requests_and_its_own_vote_wait_for_its_write()
    {
        StartWithLog(new HardState(1, null, null), 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        Disk.Commanded = true;
        B.Say(header => new RequestVoteReply(header, true, true, 2), 1);
        var write = Disk.NextWrite();
        B.ExpectNone<RequestVote>(request => !request.PreVote);

        // Votes that come before it is durable do not make it a leader without its own.
        B.Say(header => new RequestVoteReply(header, true, false, 2), 2);
        Assert.Equal((RaftRole.Candidate, 1), Status() is var status ? (status.Role, status.Term) : default);

        write.Succeed();
        Assert.Equal(RaftRole.Leader, Status().Role);
    }

    [Fact]
    public void Events_that_show_a_new_term_wait_for_its_write()
    {
        StartCommanded(new HardState(1, null, null), 1);
        Sys.EventStream.Subscribe(TestActor, typeof(LeaderChanged));

        B.Append(2, 1, 1, 0);
        var write = Disk.NextWrite();
        Assert.False(HasMessages);

        write.Succeed();
        Assert.Equal((2, "b"),
            ExpectMsg<LeaderChanged>() is var changed ? (changed.Term, changed.Leader!.Id) : default);
    }

    [Fact]
    public void An_answer_is_given_only_if_the_term_is_still_that_of_the_request()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0, Command(2, 1));
        var first = Disk.NextWrite();
        C.Say(header => new RequestVote(header, 9, 1, false, true, null), 2);

        first.Succeed();
        Disk.NextWrite().Succeed();
        C.Expect<RequestVoteReply>();

        B.ExpectNone<AppendEntriesReply>();
    }

    [Fact]
    public void A_vote_survives_a_crash()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Assert.True(AskForVote(B, 2, 1, 1));

        Restart();

        Assert.False(AskForVote(C, 2, 1, 1));
        Assert.True(AskForVote(B, 2, 1, 1));
    }

    [Fact]
    public void A_crash_between_a_vote_and_its_write_leaves_no_vote_behind()
    {
        StartCommanded(new HardState(1, null, null), 1);
        B.Say(header => new RequestVote(header, 1, 1, false, false, null), 2);
        var write = Disk.NextWrite();
        Disk.Commanded = false;

        write.Fail();
        AwaitRestart();
        B.ExpectNone<RequestVoteReply>();

        Assert.True(AskForVote(C, 2, 1, 1));
    }
}
