using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class Figure8UnreliableSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3, 4), SqliteJournal(1)]
    public void Leaders_that_are_cut_off_again_and_again_on_a_bad_network_lose_nothing(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed, settings => settings with { Faults = LinkFaults.Unreliable });
        cluster.One("first", 1);

        for (int i = 0; i < 300; i++)
        {
            // Messages that come seconds late, from leaders long gone.
            if (i == 100)
                cluster.Faults = LinkFaults.VeryUnreliable;
            RaftPeer? leader = null;
            foreach (var peer in cluster.Peers)
            {
                var proposal = cluster.Propose(peer, $"{i} at {peer}", ReplyWhen.Appended, forward: false);
                cluster.RunUntil(() => proposal.IsDone, Milliseconds(2));
                if (proposal.Proposed is not null && !peer.IsCutOff)
                    leader = peer;
            }
            cluster.Run(
                cluster.Random.Next(
                10) == 0 ? Milliseconds(cluster.Random.Next(250)) : Milliseconds(cluster.Random.Next(13)));
            if (leader is not null && cluster.Random.Next(2) == 0)
                cluster.CutOff(leader);
            if (cluster.Peers.Count(peer => !peer.IsCutOff) < 3)
                cluster.Heal(cluster.Peers[cluster.Random.Next(5)]);
        }

        cluster.HealAll();
        cluster.Faults = LinkFaults.Unreliable;
        cluster.One("last", 5, limit: Seconds(30));
        cluster.CheckNothingLost(Seconds(30));
    }
}
