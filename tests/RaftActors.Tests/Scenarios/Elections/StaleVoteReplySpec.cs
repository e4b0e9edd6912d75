using RaftActors.Client;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class StaleVoteReplySpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void A_vote_of_an_older_term_does_not_count(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        var followers = Others(cluster, leader);
        var (candidate, voter) = (followers[0], followers[1]);

        // Only the candidate can be elected, and learns of no vote.
        cluster.Hold(message => message.From == voter && message.Original is RequestVote);
        var votes =
            cluster.Hold(message => message.From == voter && message.Original is RequestVoteReply { PreVote: false });
        cluster.CutOff(leader);
        long TermOf(int vote) => ((RequestVoteReply)votes.Messages[vote].Original).ElectionTerm;
        cluster.Await(() => votes.Messages.Count == 2, "two votes are given", Seconds(20));
        long older = TermOf(0), newer = TermOf(1);
        Assert.True(older < newer);
        var status = cluster.StatusOf(candidate)!;
        Assert.Equal((RaftRole.Candidate, newer), (status.Role, status.Term));

        votes.Release(message => ((RequestVoteReply)message.Original).ElectionTerm == older);
        cluster.CheckNever(() => cluster.StatusOf(candidate)!.Role == RaftRole.Leader, Milliseconds(50),
            "A vote of an older term made a leader.");

        votes.Release(message => ((RequestVoteReply)message.Original).ElectionTerm == newer);
        cluster.Await(() => cluster.StatusOf(candidate)!.Role == RaftRole.Leader, "the candidate leads",
            Milliseconds(50));
    }
}
