using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class CheckQuorumSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(LinkDirection.Sent)]
    [EachJournal(LinkDirection.Received)]
    [EachJournal(LinkDirection.Both)]
    public void A_leader_that_loses_its_majority_in_one_direction_or_both_steps_down_and_another_leads(JournalKind journal, LinkDirection direction)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();

        cluster.DropAfter(leader, 0, direction);

        cluster.Await(() => cluster.StatusOf(leader)!.Role != RaftRole.Leader, "the leader steps down", Seconds(2));
        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader), "another leads", Seconds(5));
        cluster.StopDropping(leader);
        cluster.CheckSingleLeader();
    }
}
