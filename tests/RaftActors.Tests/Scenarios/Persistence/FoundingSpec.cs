using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class FoundingSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6, 7, 8), SqliteJournal(1)]
    public void Peers_that_crash_while_they_found_the_group_found_it_once_all_are_up(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);

        for (int i = 0; i < 20; i++)
            Disturb(cluster, lossy: null);
        Calm(cluster);

        cluster.One("founded", 3, limit: Seconds(20));
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), SqliteJournal(1)]
    public void A_disk_that_is_lost_while_the_group_is_founded_makes_no_second_group_and_no_second_leader_of_a_term(
        JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);

        // One member's disk: when a majority's are lost, no protocol can tell.
        var lossy = cluster.Peers[cluster.Random.Next(3)];
        for (int i = 0; i < 30; i++)
            Disturb(cluster, lossy);
        Calm(cluster);
        cluster.Run(Seconds(5));

        // Whether a group came of it depends on when the disk was lost. What must hold was checked at each step; and
        // members agree on who they are.
        var founded = cluster.Peers.Select(cluster.StatusOf).Where(status => status is { LastIndex: > 0 }).ToList();
        foreach (var status in founded)
            Assert.Equal(cluster.Peers.Select(peer => peer.Id), status!.Members.Select(member => member.Id));
        if (cluster.Peers.Any(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader))
            cluster.One("founded", 2, limit: Seconds(20));
    }

    [Fact]
    public void A_peer_whose_disk_was_lost_after_the_founding_stops_and_says_what_to_do()
    {
        using var cluster = Start(3);
        cluster.One("founded", 3);
        var leader = cluster.CheckSingleLeader();
        var lost = Others(cluster, leader)[0];

        cluster.Crash(lost);
        cluster.Wipe(lost);
        cluster.Restart(lost);
        cluster.Run(Seconds(5));

        Assert.Same(leader, cluster.AwaitLeader());
        Assert.Contains("add it again", lost.Failure!.Reason);
        cluster.One("goes on", 2);
    }

    private static void Disturb(RaftCluster cluster, RaftPeer? lossy)
    {
        var peer = cluster.Peers[cluster.Random.Next(3)];
        if (!peer.IsRunning)
        {
            if (peer == lossy && cluster.Random.Next(2) == 0)
                cluster.Wipe(peer);
            cluster.Restart(peer);
        }
        else if (cluster.Random.Next(2) == 0)
        {
            cluster.Crash(peer);
        }
        else
        {
            cluster.LosePower(peer);
        }
        cluster.Faults = cluster.Random.Next(2) == 0 ? LinkFaults.None : LinkFaults.Unreliable;
        cluster.Run(Milliseconds(cluster.Random.Next(cluster.Random.Next(2) == 0 ? 5 : 400)));
    }

    private static void Calm(RaftCluster cluster)
    {
        cluster.Faults = LinkFaults.None;
        foreach (var peer in cluster.Peers.Where(peer => !peer.IsRunning))
            cluster.Restart(peer);
    }
}
