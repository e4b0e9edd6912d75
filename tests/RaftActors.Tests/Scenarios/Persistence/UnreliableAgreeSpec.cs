using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class UnreliableAgreeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3, 4, 5), SqliteJournal(1)]
    public void All_commit_despite_loss_delay_and_reordering(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed, settings => settings with { Faults = LinkFaults.Unreliable });

        for (int round = 1; round < 50; round++)
        {
            var proposals = Enumerable.Range(0, 4)
                .Select(i => cluster.Propose(cluster.Peers[cluster.Random.Next(5)], $"{round}/{i}")).ToList();
            cluster.One($"{round}", 1, limit: Seconds(20));
            cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all proposals are answered",
                Seconds(20));
        }

        cluster.Faults = LinkFaults.None;
        cluster.One("last", 5);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void All_commit_despite_duplicates_too(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed,
            settings => settings with { Faults = LinkFaults.Unreliable with { Duplication = 0.2 } });

        for (int i = 0; i < 100; i++)
            cluster.One($"{i}", 1, limit: Seconds(20));

        cluster.One("last", 3);
        cluster.CheckNothingLost();
    }
}
