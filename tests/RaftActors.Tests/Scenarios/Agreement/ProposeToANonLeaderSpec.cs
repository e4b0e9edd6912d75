using System.Text;
using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class ProposeToANonLeaderSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void Is_answered_with_the_leaders_name_when_it_is_not_to_be_forwarded(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();

        foreach (var follower in Others(cluster, leader))
        {
            var proposal = cluster.Await(cluster.Propose(follower, "refused", forward: false));
            Assert.Equal(FailureReason.NotLeader, proposal.Failed!.Reason);
            Assert.Equal(leader.Member, proposal.Failed.Leader);
        }
        cluster.CheckNotCommitted("refused");
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Is_forwarded_and_answered(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();

        foreach (var follower in Others(cluster, leader))
        {
            var proposal = cluster.Await(cluster.Propose(follower, $"from {follower}"));
            Assert.Equal($"from {follower}", cluster.AwaitCommitted(proposal.Proposed!.Index, 3).Text);
        }
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Fails_in_bounded_time_when_there_is_no_leader(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.CutOff(leader);
        cluster.CutOff(follower);
        cluster.CheckNoLeader();

        var proposal = cluster.Await(cluster.Propose(follower, "nowhere"));

        Assert.Equal(FailureReason.NoLeader, proposal.Failed!.Reason);
        Assert.False(proposal.Failed.OutcomeUnknown);
        cluster.HealAll();
        cluster.CheckSingleLeader();
        cluster.CheckNotCommitted("nowhere");
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Waits_for_the_leader_of_an_election_under_way(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.Crash(leader);
        cluster.Await(() => cluster.StatusOf(follower)!.Leader is null, "the follower gives the leader up", Seconds(1));

        var proposal = cluster.Await(cluster.Propose(follower, "patient"));

        Assert.NotNull(proposal.Proposed);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Has_an_unknown_outcome_when_it_was_forwarded_to_a_leader_that_is_lost(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];

        var proposal = cluster.Propose(follower, "where?");
        cluster.CutOff(leader);
        cluster.Await(proposal);

        Assert.True(proposal.Failed!.OutcomeUnknown);
        cluster.CheckSingleLeader();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_query_of_any_peer_reflects_every_write_acknowledged_before(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();

        for (int i = 1; i <= 10; i++)
        {
            cluster.Await(cluster.Propose(leader, $"{i}"));
            var query = cluster.Await(cluster.Query(cluster.Peers[i % 3], "count"));
            Assert.Equal($"{i}", Encoding.UTF8.GetString((byte[])query.Result!.Result!));
        }
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_query_of_a_leader_that_was_replaced_is_not_answered_with_the_past(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var old = cluster.CheckSingleLeader();
        cluster.One("1", 3);
        cluster.CutOff(old);

        var query = cluster.Query(old, "count");
        cluster.One("2", 2);
        cluster.Await(query, Seconds(20));

        Assert.Null(query.Result);
        Assert.NotNull(query.Failed);
    }
}
