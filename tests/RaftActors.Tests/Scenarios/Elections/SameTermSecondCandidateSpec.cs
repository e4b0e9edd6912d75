using RaftActors.Protocol;
using RaftActors.TestKit;
using RaftActors.TestKit.Network;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class SameTermSecondCandidateSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void A_peer_that_voted_refuses_a_second_candidate_of_the_term(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var election = CutElectionAtTheVote(cluster);

        cluster.Run(Milliseconds(10));

        Assert.False(AskForSecondVote(cluster, election));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Also_when_it_crashed_between_its_vote_and_the_reply(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var election = CutElectionAtTheVote(cluster);

        cluster.HoldWriteConfirmations(election.Voter);
        cluster.Run(Milliseconds(10));
        Assert.Empty(election.Replies.Messages);
        cluster.Crash(election.Voter);
        cluster.Restart(election.Voter);

        Assert.False(AskForSecondVote(cluster, election));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Also_when_its_vote_was_lost_with_the_power_for_it_cannot_know_that_it_told_nobody(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var election = CutElectionAtTheVote(cluster);

        cluster.HoldWrites(election.Voter);
        cluster.Run(Milliseconds(10));
        cluster.LosePower(election.Voter);
        cluster.Restart(election.Voter);

        Assert.Empty(election.Replies.Messages);
        Assert.False(AskForSecondVote(cluster, election));
        Assert.Empty(election.Replies.Messages);
    }

    /// <summary>
    /// The leader crashes, one of the others asks the third for its vote, and no reply to that gets through.
    /// </summary>
    private static Election CutElectionAtTheVote(RaftCluster cluster)
    {
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        string storeId = cluster.StatusOf(leader)!.StoreId;
        Message<RaftPeer>? request = null;
        cluster.WatchMessages((message, _) =>
        {
            if (message.To != leader && message.Original is RequestVote { PreVote: false })
                request ??= message;
        });
        var replies =
            cluster.Hold(message => message.Original is RequestVoteReply { PreVote: false } && message.To != leader);
        cluster.CutOff(leader);

        cluster.Await(() => request is not null, "one of the others asks for a vote", Seconds(10));
        return new Election(leader, storeId, request!.To, ((RequestVote)request.Original).Term, replies);
    }

    /// <summary>The former leader asks for the vote in the same term.</summary>
    private static bool AskForSecondVote(RaftCluster cluster, Election election)
    {
        RequestVoteReply? reply = null;
        cluster.WatchMessages((message, _) =>
        {
            if (message.From == election.Voter && message.To == election.FormerLeader
                && message.Original is RequestVoteReply { PreVote: false } sent)
                reply = sent;
        });
        cluster.CutOff(Others(cluster, election.FormerLeader).Single(peer => peer != election.Voter));
        cluster.Heal(election.FormerLeader);
        cluster.RunUntil(() => cluster.StatusOf(election.Voter) is not null, Seconds(1));

        var header = new PeerHeader(election.FormerLeader.Address, "test", election.FormerLeader.Id, election.StoreId,
            election.Term);
        cluster.Inject(election.FormerLeader, election.Voter,
            new RequestVote(header, 1000, election.Term, PreVote: false, Transfer: true, Founding: null));

        cluster.Await(() => reply is not null, "the voter answers", Milliseconds(50));
        Assert.Equal(election.Term, reply!.ElectionTerm);
        return reply.Granted;
    }

    private sealed record Election(RaftPeer FormerLeader, string StoreId, RaftPeer Voter, long Term,
        HeldMessages Replies);
}
