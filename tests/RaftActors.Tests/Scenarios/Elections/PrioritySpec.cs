using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;
using PendingProposal = RaftActors.TestKit.PendingProposal;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class PrioritySpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InMemoryJournal(1, 2, 3, 4, 5)]
    [SqliteJournal(1)]
    public void The_member_of_the_highest_priority_comes_to_lead(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed, WithPriorities(1, 0, 2));

        AwaitLeader(cluster, cluster.Peers[2]);

        cluster.One("written", 3);
        cluster.CheckNothingLost();
    }

    [Theory]
    [InMemoryJournal(1, 2, 3)]
    [SqliteJournal(1)]
    public void It_leads_again_after_it_was_down_and_nothing_is_lost_on_the_way(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed, WithPriorities(0, 5, 1));
        var favourite = cluster.Peers[1];
        AwaitLeader(cluster, favourite);
        cluster.One("before", 3);

        cluster.Crash(favourite);
        AwaitLeader(cluster, cluster.Peers[2]);
        cluster.One("meanwhile", 2);
        cluster.Restart(favourite);
        var asked = cluster.Peers[0];
        var proposals = new List<PendingProposal>();
        cluster.Await(() =>
        {
            if (proposals.Count == 0 || proposals[^1].IsDone)
                proposals.Add(cluster.Propose(asked, $"{proposals.Count}"));
            return IsLeader(cluster, favourite);
        }, "it leads again");

        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all are answered");
        Assert.All(proposals, proposal => Assert.NotNull(proposal.Proposed));
        cluster.CheckNothingLost();
    }

    [Fact]
    public void It_does_not_lead_while_it_lags()
    {
        using var cluster = Start(3, change: WithPriorities(0, 0, 1));
        var favourite = cluster.Peers[2];
        AwaitLeader(cluster, favourite);
        cluster.HoldWrites(favourite);
        cluster.One("stalls it", 2);
        cluster.Await(() => !IsLeader(cluster, favourite), "another leads");

        // It answers, but has nothing on its disk.
        var orders = Orders(cluster, favourite);
        for (int i = 0; i < 40; i++)
        {
            cluster.One($"{i}", 2);
            cluster.Run(Milliseconds(100));
        }
        Assert.Empty(orders);

        cluster.ReleaseWrites(favourite);
        AwaitLeader(cluster, favourite);
        cluster.CheckNothingLost();
    }

    [Theory]
    [InMemoryJournal(1, 2, 3)]
    public void One_that_is_cut_off_does_not_disturb_and_leads_when_it_is_back(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed, WithPriorities(0, 0, 0, 0, 9));
        var favourite = cluster.Peers[4];
        AwaitLeader(cluster, favourite);
        cluster.CutOff(favourite);
        long term = cluster.StatusOf(cluster.CheckSingleLeader())!.Term;
        var orders = Orders(cluster, favourite);

        cluster.Run(Seconds(20));
        Assert.Empty(orders);
        Assert.Equal(term, cluster.CheckTerm());

        cluster.Heal(favourite);
        AwaitLeader(cluster, favourite);
        Assert.Equal(term + 1, cluster.StatusOf(favourite)!.Term);
    }

    [Fact]
    public void One_whom_only_the_leader_reaches_costs_fewer_and_fewer_elections()
    {
        using var cluster = Start(5, change: WithPriorities(0, 0, 0, 0, 9));
        var favourite = cluster.Peers[4];
        AwaitLeader(cluster, favourite);
        cluster.CutOff(favourite);
        var leader = cluster.CheckSingleLeader();
        foreach (var other in cluster.Peers.Where(peer => peer != favourite && peer != leader))
        {
            cluster.CutLink(other, favourite);
            cluster.CutLink(favourite, other);
        }
        cluster.Heal(favourite);
        long term = cluster.StatusOf(leader)!.Term;
        var orders = Orders(cluster, favourite);
        cluster.Run(Seconds(60));
        Assert.InRange(orders.Select(order => order.Term).Distinct().Count(), 1, 10);
        Assert.InRange(cluster.Peers.Max(peer => cluster.StatusOf(peer)!.Term) - term, 1, 30);

        cluster.HealAll();
        AwaitLeader(cluster, favourite, Seconds(120));
        cluster.One("after", 5);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void Equals_leave_the_leadership_where_it_is()
    {
        using var cluster = Start(3, change: WithPriorities(4, 4, 4));
        var leader = cluster.CheckSingleLeader();
        long term = cluster.StatusOf(leader)!.Term;
        cluster.One("one", 3);

        cluster.Run(Seconds(30));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory]
    [InMemoryJournal(1, 2, 3)]
    [SqliteJournal(1)]
    public void Priorities_are_changed_with_the_members(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        for (int round = 1; round <= 4; round++)
        {
            var favourite = After(cluster, cluster.CheckSingleLeader());
            favourite.Priority = round;
            long before = cluster.MembersOf(favourite)!.Index;

            // No joint configuration is needed for it: one entry.
            long index = cluster.SetMembers(cluster.Peers.ToList());
            AwaitLeader(cluster, favourite);

            var members = cluster.MembersOf(favourite)!;
            Assert.True(index > before);
            Assert.Equal(index, members.Index);
            Assert.Equal(cluster.Peers.Select(peer => peer.Priority),
                members.Members.Select(member => member.Priority));
            Assert.All(members.Members, member => Assert.Equal(MemberRole.Voter, member.Role));
        }
        cluster.One("after", 3);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_priority_is_kept_in_the_log_and_not_in_the_settings()
    {
        using var cluster = Start(3, change: WithPriorities(0, 1, 0));
        AwaitLeader(cluster, cluster.Peers[1]);
        cluster.Peers[1].Priority = 0;
        cluster.Peers[0].Priority = 1;
        cluster.SetMembers(cluster.Peers.ToList());
        AwaitLeader(cluster, cluster.Peers[0]);

        foreach (var peer in cluster.Peers)
            cluster.Crash(peer);
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);

        AwaitLeader(cluster, cluster.Peers[0]);
        cluster.Run(Seconds(10));
        Assert.Same(cluster.Peers[0], cluster.CheckSingleLeader());
    }

    [Fact]
    public void A_learner_of_high_priority_leads_only_once_it_has_a_vote()
    {
        using var cluster = Start(2);
        var founders = cluster.Peers.ToList();
        var learner = cluster.StartJoining();
        learner.Priority = 3;
        cluster.SetMembers(founders, [learner]);
        cluster.Run(Seconds(10));
        Assert.NotSame(learner, cluster.CheckSingleLeader());

        cluster.SetMembers(cluster.Peers);

        AwaitLeader(cluster, learner);
    }

    [Fact]
    public void A_leader_that_is_stopped_or_asked_for_no_target_prefers_the_highest_priority()
    {
        using var cluster = Start(5, change: WithPriorities(0, 3, 1, 2, 1));
        AwaitLeader(cluster, cluster.Peers[1]);
        cluster.One("before", 5);

        cluster.Stop(cluster.Peers[1]);
        cluster.Await(() => IsLeader(cluster, cluster.Peers[3]), "the next leads", Milliseconds(100));
        cluster.One("after", 4);

        var transferred = cluster.Await(cluster.TransferLeadership(cluster.Peers[3])).Transferred;
        Assert.Contains(transferred!.Leader.Id, new[] { cluster.Peers[2].Id, cluster.Peers[4].Id });

        // What an operator asked for lasts as long as there is nobody of higher priority.
        AwaitLeader(cluster, cluster.Peers[3]);
    }

    private static Func<RaftClusterSettings, RaftClusterSettings> WithPriorities(params int[] priorities) =>
        settings => settings with { Priorities = priorities };

    private static bool IsLeader(RaftCluster cluster, RaftPeer peer) => cluster.StatusOf(peer)?.Role == RaftRole.Leader;

    // The orders to take over that it is sent from now on.
    private static List<TimeoutNow> Orders(RaftCluster cluster, RaftPeer to)
    {
        var orders = new List<TimeoutNow>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is TimeoutNow order && message.To == to)
                orders.Add(order);
        });
        return orders;
    }

    private static void AwaitLeader(RaftCluster cluster, RaftPeer peer, TimeSpan? limit = null) =>
        cluster.Await(() => IsLeader(cluster, peer), $"{peer.Id} leads", limit);
}
