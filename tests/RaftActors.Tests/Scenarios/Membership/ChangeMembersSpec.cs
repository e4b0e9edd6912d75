using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class ChangeMembersSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void Grows_from_one_to_five_and_shrinks_to_three(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 1, seed);
        cluster.One("alone", 1);
        for (int size = 2; size <= 5; size++)
        {
            cluster.StartJoining();
            cluster.SetMembers(cluster.Peers);
            cluster.One($"with {size}", size);
        }
        Assert.Equal(5, cluster.MembersOf(cluster.CheckSingleLeader())!.Members.Count);

        // Two of the five make no majority any more.
        var cutOff = Some(cluster, 3);
        cutOff.ForEach(cluster.CutOff);
        cluster.CheckNoLeader();
        cutOff.ForEach(cluster.Heal);

        var staying = Some(cluster, 3);
        cluster.SetMembers(staying);
        cluster.Await(() => cluster.Peers.Count(peer => peer.IsRemoved) == 2, "the removed ones stop");
        Assert.All(cluster.Peers, peer => Assert.Equal(!staying.Contains(peer), peer.IsRemoved));
        Assert.All(cluster.Peers, peer => Assert.Null(peer.Failure));
        cluster.One("with three", 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void All_members_are_replaced_at_once(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("of the former", 3);
        var former = cluster.Peers.ToList();
        List<RaftPeer> coming = [cluster.StartJoining(), cluster.StartJoining(), cluster.StartJoining()];

        long index = cluster.SetMembers(coming);

        cluster.Await(() => former.TrueForAll(peer => peer.IsRemoved), "the former members stop");
        cluster.One("of the coming", 3);
        Assert.All(coming,
            peer => Assert.Equal(["of the former", "of the coming"], peer.Log.Select(applied => applied.Text)));
        Assert.Equal(index, cluster.MembersOf(coming[0])!.Index);
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_leader_removes_itself(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();

        var change = cluster.Await(cluster.ChangeMembers(leader, Others(cluster, leader)));

        Assert.NotNull(change.Proposed);
        cluster.Await(() => leader.IsRemoved, "the former leader stops");
        cluster.One("after", 2);
        Assert.Equal(2, cluster.MembersOf(cluster.CheckSingleLeader())!.Members.Count);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_leader_is_removed_at_the_request_of_another(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();

        var change = cluster.Await(cluster.ChangeMembers(After(cluster, leader), Others(cluster, leader)));

        Assert.True(change.Proposed is not null, change.ToString());
        cluster.Await(() => leader.IsRemoved, "the former leader stops");
        cluster.One("after", 2);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_leader_that_cannot_hand_over_goes_when_its_removal_is_committed(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        var held = cluster.Hold(message => message.Original is TimeoutNow);

        var change = cluster.Await(cluster.ChangeMembers(leader, Others(cluster, leader)));

        Assert.NotNull(change.Proposed);
        cluster.Await(() => leader.IsRemoved, "the former leader stops");
        held.Drop();
        cluster.One("after", 2);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_leader_that_becomes_a_learner_follows(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();

        cluster.SetMembers(Others(cluster, leader), [leader]);

        cluster.One("after", 3);
        Assert.NotEqual(leader, cluster.CheckSingleLeader());
        Assert.False(leader.IsRemoved);
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void Proposals_go_on_while_members_change(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.CheckSingleLeader();
        for (int i = 0; i < 3; i++)
            cluster.StartJoining();
        var proposals = new List<TestKit.PendingProposal>();
        for (int i = 0; i < 8; i++)
        {
            var voters = Some(cluster, 3 + (i % 3)).Where(peer => !peer.IsRemoved).ToList();
            var members = cluster.MembersOf(cluster.AwaitLeader())!.Members.Select(member => member.Id).ToHashSet();
            // A removed peer stops for good; everybody stays at least as a learner.
            var learners = cluster.Peers.Where(peer => !voters.Contains(peer) && (members.Contains(peer.Id) || i == 0))
                .ToList();
            var change = cluster.ChangeMembers(cluster.AwaitLeader(), voters, learners);
            for (int j = 0; j < 20; j++)
            {
                proposals.Add(cluster.Propose(cluster.Peers[j % 3], $"command {i}.{j}"));
                cluster.Run(Milliseconds(5));
            }
            cluster.RunUntil(() => change.IsDone, Seconds(10));
            // A learner that has just joined is still being bound to its store.
            while (change.Failed?.Reason == FailureReason.ChangeUnderWay)
            {
                change = cluster.ChangeMembers(cluster.AwaitLeader(), voters, learners);
                cluster.RunUntil(() => change.IsDone, Seconds(10));
            }
            Assert.True(change.Proposed is not null, $"{change.Failed} {cluster.Describe()}");
        }

        proposals.ForEach(proposal => cluster.Await(proposal));
        // What was on its way to a leader that had just handed over may have been done.
        Assert.All(proposals,
            proposal => Assert.True(proposal.Proposed is not null || proposal.Failed!.OutcomeUnknown,
            proposal.ToString()));
        Assert.InRange(proposals.Count(static proposal => proposal.Proposed is not null), 140, 160);
        cluster.CheckNothingLost();
    }
}
