using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class CallsDroppedAfterNSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    public static TheoryData<JournalKind, int, LinkDirection> Cases()
    {
        var cases = new TheoryData<JournalKind, int, LinkDirection>();
        foreach (var direction in (LinkDirection[])[LinkDirection.Sent, LinkDirection.Received, LinkDirection.Both])
        {
            foreach (int n in (int[])[0, 1, 2, 3, 5, 8])
                cases.Add(JournalKind.InMemory, n, direction);
            cases.Add(JournalKind.Sqlite, 2, direction);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Commits_resume_when_a_leader_stops_losing_messages(JournalKind journal, int n, LinkDirection direction)
    {
        using var cluster = StartWith(journal, 3, seed: n + 1);
        var leader = cluster.CheckSingleLeader();
        cluster.One("5", 3);

        cluster.DropAfter(leader, n, direction);
        cluster.Propose(leader, "6", ReplyWhen.Appended);
        cluster.Run(Milliseconds(250));
        cluster.StopDropping(leader);

        cluster.One("7", 3);
        cluster.CheckNothingLost();
        Assert.InRange(leader.Log.Count(applied => applied.Text == "6"), 0, 1);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Commits_go_on_while_a_follower_loses_messages_and_it_catches_up(JournalKind journal, int n,
        LinkDirection direction)
    {
        using var cluster = StartWith(journal, 3, seed: n + 1);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.One("5", 3);

        cluster.DropAfter(follower, n, direction);
        cluster.One("6", 2);
        cluster.Run(Seconds(2));
        cluster.One("7", 2);
        cluster.StopDropping(follower);

        cluster.One("8", 3);
        Assert.Equal(["5", "6", "7", "8"], follower.Log.Select(applied => applied.Text));
    }
}
