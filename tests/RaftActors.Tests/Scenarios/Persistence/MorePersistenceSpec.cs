using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class MorePersistenceSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void Majorities_that_take_turns_in_crashing_lose_nothing(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        int number = 0;

        for (int round = 0; round < 5; round++)
        {
            cluster.One($"{number++}", 5);
            var leader = cluster.CheckSingleLeader();

            cluster.CutOff(After(cluster, leader, 1));
            cluster.CutOff(After(cluster, leader, 2));
            cluster.One($"{number++}", 3);

            // The three that have it lose power; the two that have not are back, with one of the three.
            foreach (int i in (int[])[0, 3, 4])
                cluster.LosePower(After(cluster, leader, i));
            cluster.HealAll();
            cluster.Run(Milliseconds(500));
            cluster.Restart(After(cluster, leader, 3));
            cluster.One($"{number++}", 3);

            cluster.Restart(After(cluster, leader, 4));
            cluster.Restart(leader);
        }

        cluster.One("last", 5);
        cluster.CheckNothingLost();
        Assert.Equal([.. Enumerable.Range(0, number).Select(i => $"{i}"), "last"],
            cluster.Peers[0].Log.Select(applied => applied.Text).Distinct());
    }
}
