using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class MovedMemberSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_follower_comes_back_at_another_address_with_its_disk_and_nobody_need_do_anything(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var moving = Others(cluster, cluster.CheckSingleLeader())[0];

        Move(cluster, moving);

        cluster.One("after", 3);
        cluster.Await(() => cluster.Peers.All(peer => IsRecorded(cluster, peer, moving)),
            "the address is recorded everywhere");
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void Two_of_three_come_back_at_other_addresses_one_after_the_other_or_at_once(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var moving = Others(cluster, cluster.Peers[cluster.Random.Next(3)]);

        moving.ForEach(cluster.Crash);
        foreach (var peer in moving)
            cluster.Move(peer, $"{peer.Id}.elsewhere:4051");
        moving.ForEach(cluster.Restart);

        cluster.One("after", 3, limit: Seconds(20));
        cluster.Await(() => moving.TrueForAll(peer => IsRecorded(cluster, cluster.Peers[0], peer)),
            "the addresses are recorded");
    }

    // Nobody is elected before all voters have answered each other, and the leader cannot introduce anybody.
    [Theory, InMemoryJournal(1, 2, 3)]
    public void Two_that_moved_at_once_hear_of_each_other_from_a_third(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed, static settings => settings with
        {
            Raft = static raft => raft with { VerificationWait = TimeSpan.FromHours(1) },
        });
        cluster.One("before", 3);
        var moving = Others(cluster, cluster.Peers[cluster.Random.Next(3)]);

        foreach (var peer in cluster.Peers)
            cluster.Crash(peer);
        foreach (var peer in moving)
            cluster.Move(peer, $"{peer.Id}.elsewhere:4051");
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);

        cluster.One("after", 3, limit: Seconds(20));
    }

    private static void Move(RaftCluster cluster, RaftPeer peer)
    {
        cluster.Crash(peer);
        cluster.Move(peer, $"{peer.Id}.elsewhere:4051");
        cluster.Restart(peer);
    }

    private static bool IsRecorded(RaftCluster cluster, RaftPeer peer, RaftPeer moved) =>
        cluster.MembersOf(peer)?.Members.Single(member => member.Id == moved.Id).Address == moved.Address;
}
