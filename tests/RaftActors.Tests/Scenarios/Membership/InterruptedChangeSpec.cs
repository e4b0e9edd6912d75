using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class InterruptedChangeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void The_next_leader_ends_a_joint_configuration(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        var joining = cluster.StartJoining();
        cluster.SetMembers(Others(cluster, joining), [joining]);
        var change = cluster.ChangeMembers(leader, cluster.Peers);
        cluster.RunUntil(() => IsJointIn(cluster, peer => peer != leader), Seconds(5));
        cluster.Crash(leader);

        var next = cluster.AwaitLeader();
        cluster.Await(() => cluster.Connected.All(peer => !cluster.MembersOf(peer)!.IsChanging), "the change ends");

        Assert.Null(change.Proposed);
        int voters = cluster.StatusOf(next)!.Members.Count;
        Assert.True(voters is 3 or 4);
        cluster.Restart(leader);
        cluster.One("after", 4);
        Assert.All(cluster.Peers, peer => Assert.Equal(voters, cluster.StatusOf(peer)!.Members.Count));
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_change_that_only_the_former_leader_knows_is_undone(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        cluster.CutOff(leader);

        var change = cluster.ChangeMembers(leader, [leader]);
        cluster.Run(Milliseconds(100));
        Assert.True(cluster.MembersOf(leader)!.IsChanging);
        cluster.One("in another term", 2);
        cluster.Heal(leader);
        cluster.One("together", 3);

        Assert.Null(cluster.Await(change).Proposed);
        Assert.False(cluster.MembersOf(leader)!.IsChanging);
        Assert.Equal(3, cluster.StatusOf(leader)!.Members.Count);
    }

    [Theory, InMemoryJournal(1, 2, 3, 4, 5), SqliteJournal(1)]
    public void A_joint_configuration_takes_both_majorities(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var former = cluster.Peers.ToList();
        List<RaftPeer> coming = [cluster.StartJoining(), cluster.StartJoining(), cluster.StartJoining()];
        cluster.SetMembers(former, coming);
        var leader = cluster.CheckSingleLeader();
        cluster.Await(() => cluster.MembersOf(leader) is { IsCommitted: true } members
            && members.Members.All(member => member.MatchIndex >= members.Index), "all are as far as the leader");

        // The coming voters do not hear of the joint configuration, and what the former ones alone have is not
        // committed.
        var held = cluster.Hold(message => message.Original is AppendEntries && coming.Contains(message.To));
        var change = cluster.ChangeMembers(leader, coming);
        cluster.RunUntil(() => IsJointIn(cluster, peer => former.Contains(peer) && peer != leader), Seconds(1));
        long commit = cluster.StatusOf(leader)!.CommitIndex;
        cluster.Run(Milliseconds(200));
        Assert.True(cluster.MembersOf(leader)!.IsChanging);
        Assert.False(cluster.MembersOf(leader)!.IsCommitted);
        Assert.Equal(commit, cluster.StatusOf(leader)!.CommitIndex);

        held.Drop();
        cluster.RunUntil(() => change.IsDone, Seconds(10));
        cluster.SetMembers(coming);
        cluster.One("after", 3);
        cluster.Await(() => former.TrueForAll(peer => peer.IsRemoved), "the former voters stop");
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6, 7, 8), SqliteJournal(1)]
    public void Changes_and_crashes_and_an_unreliable_network(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed,
            static settings =>
            settings with { Faults = new LinkFaults { Loss = 0.05, MaxDelay = TimeSpan.FromMilliseconds(20),
            Duplication = 0.02 } });
        cluster.One("before", 3);
        var proposals = new List<TestKit.PendingProposal>();
        for (int round = 0; round < 10; round++)
        {
            var voters = Some(cluster, 1 + cluster.Random.Next(5));
            if (cluster.Connected.Where(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader)
                .FirstOrDefault() is { } leader)
                cluster.ChangeMembers(leader, voters, cluster.Peers.Except(voters));
            var crashed = cluster.Peers[cluster.Random.Next(5)];
            for (int i = 0; i < 10; i++)
            {
                foreach (var peer in cluster.Connected.ToList())
                    proposals.Add(cluster.Propose(peer, $"command {round}.{i} by {peer.Id}"));
                cluster.Run(Milliseconds(cluster.Random.Next(30)));
                if (i == 5)
                    cluster.Crash(crashed);
            }
            cluster.Run(Milliseconds(cluster.Random.Next(1500)));
            cluster.Restart(crashed);
        }

        cluster.Faults = LinkFaults.None;
        cluster.SetMembers(cluster.Peers, limit: Seconds(30));
        cluster.One("at last", 5);
        cluster.CheckNothingLost();
        Assert.Contains(proposals, static proposal => proposal.Proposed is not null);
    }

    private static bool IsJointIn(RaftCluster cluster, Func<RaftPeer, bool> which) =>
        cluster.Peers.Where(which).Any(peer => peer.IsRunning && cluster.MembersOf(peer) is { IsChanging: true });
}
