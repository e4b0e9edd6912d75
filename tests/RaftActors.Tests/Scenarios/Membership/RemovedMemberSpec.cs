using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class RemovedMemberSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_member_that_was_removed_while_it_was_away_disturbs_nobody_and_stops(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var removed = Others(cluster, cluster.CheckSingleLeader())[0];
        cluster.CutOff(removed);
        cluster.SetMembers(Others(cluster, removed));
        cluster.Run(Seconds(3));
        long term = cluster.CheckTerm();

        cluster.Heal(removed);

        cluster.Await(() => removed.IsRemoved, "the removed one stops");
        cluster.One("after", 2);
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_removed_member_that_is_not_told_at_once_learns_when_it_asks_for_votes(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var removed = Others(cluster, cluster.CheckSingleLeader())[0];
        var held = cluster.Hold(static message => message.Original is MemberRemoved);
        cluster.SetMembers(Others(cluster, removed));
        Assert.Equal(removed, Assert.Single(held.Messages).To);
        held.Drop();

        cluster.Await(() => removed.IsRemoved, "the removed one stops");

        cluster.One("after", 2);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_removed_learner_learns_so_too(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var voters = cluster.Peers.ToList();
        var learner = cluster.StartJoining();
        cluster.SetMembers(voters, [learner]);
        cluster.One("with a learner", 4);
        cluster.CutOff(learner);
        cluster.SetMembers(voters);

        cluster.Heal(learner);

        cluster.Await(() => learner.IsRemoved, "the removed one stops");
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_removed_member_is_added_again_with_its_disk(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var removed = Others(cluster, cluster.CheckSingleLeader())[0];
        cluster.SetMembers(Others(cluster, removed));
        cluster.Await(() => removed.IsRemoved, "the removed one stops");
        cluster.One("without it", 2);

        // While it is none, its peer stops as soon as it asks.
        cluster.Crash(removed);
        cluster.Restart(removed);
        cluster.Await(() => removed.IsRemoved, "it stops again");

        cluster.Crash(removed);
        cluster.Run(Milliseconds(50));
        var change = cluster.ChangeMembers(cluster.CheckSingleLeader(), cluster.Peers);
        cluster.Restart(removed);
        Assert.True(cluster.Await(change).Proposed is not null, change.ToString());
        cluster.One("with it", 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_wiped_disk_under_an_old_name_is_refused_until_the_member_is_added_again(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var wiped = Others(cluster, cluster.CheckSingleLeader())[0];
        cluster.Crash(wiped);
        cluster.Wipe(wiped);
        cluster.Restart(wiped);

        cluster.Await(() => wiped.Failure is not null, "the empty disk is refused");
        Assert.Contains("Remove the member from the group and add it again", wiped.Failure!.Reason);

        cluster.SetMembers(Others(cluster, wiped));
        cluster.Crash(wiped);
        cluster.Restart(wiped);
        cluster.SetMembers(cluster.Peers);

        cluster.One("with it again", 3);
        Assert.Equal(["before", "with it again"], wiped.Log.Select(applied => applied.Text));
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_peer_that_joins_waits_until_it_is_added(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 1, seed);
        cluster.One("alone", 1);
        var joining = cluster.StartJoining();
        cluster.Run(Seconds(5));
        Assert.Equal(0, cluster.StatusOf(joining)!.LastIndex);
        Assert.Equal(0, cluster.StatusOf(joining)!.Term);
        Assert.Empty(cluster.StatusOf(joining)!.Members);

        cluster.SetMembers(cluster.Peers);
        cluster.One("together", 2);
    }
}
