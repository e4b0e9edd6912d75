using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

/// <summary>
/// Two groups whose names, members, addresses, indexes and terms are the same: only the identity tells them apart.
/// </summary>
public sealed class LeftoverDiskSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_disk_of_another_group_is_refused_by_name_when_it_is_added(JournalKind journal, int seed)
    {
        using var other = StartWith(journal, 3, seed + 100);
        other.One("of the other group", 3);
        var former = other.StartJoining();
        other.SetMembers([.. other.Peers]);
        other.One("also of the other group", 4);
        using var cluster = StartWith(journal, 3, seed);
        for (int i = 0; i < 20; i++)
            cluster.One($"own {i}", 3);
        var voters = cluster.Peers.ToList();
        var machine = cluster.StartJoining();
        cluster.Crash(machine);
        cluster.GiveDisk(machine, former);
        cluster.Restart(machine);
        var leader = cluster.AwaitLeader();

        var change = cluster.ChangeMembers(leader, [.. voters, machine]);
        cluster.Await(() => change.IsDone, "the change is refused");

        Assert.Equal(FailureReason.ForeignGroup, change.Failed?.Reason);
        Assert.Contains(machine.Id, change.Failed!.Message);
        cluster.One("goes on", 3);
        cluster.Run(Seconds(3));
        Assert.DoesNotContain(machine.Log,
            applied => applied.Text.StartsWith("own", StringComparison.Ordinal) || applied.Text == "goes on");
        Assert.Contains(cluster.StatusOf(cluster.AwaitLeader())!.ForeignPeers,
            foreign => foreign.MemberId == machine.Id);
        var refused = cluster.StatusOf(machine)!;
        Assert.NotEqual(cluster.StatusOf(leader)!.GroupId, refused.GroupId);
        Assert.Contains(refused.Problems, problem => problem.Kind == PeerProblemKind.OtherGroup);

        // Emptied, it is what was asked for.
        cluster.Crash(machine);
        cluster.Wipe(machine);
        cluster.Restart(machine);
        cluster.SetMembers([.. voters, machine]);
        cluster.One("with it", 4);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void An_old_member_that_meets_a_group_that_was_founded_anew_disturbs_nobody(JournalKind journal, int seed)
    {
        using var other = StartWith(journal, 3, seed + 100);
        other.One("of the other group", 3);
        // A higher term and a longer log: without an identity it would be elected.
        for (int i = 0; i < 3; i++)
        {
            var deposed = other.AwaitLeader();
            other.CutOff(deposed);
            other.AwaitLeader();
            other.Heal(deposed);
            other.One($"more of it {i}", 3);
        }
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("own", 3);
        var replaced = Others(cluster, cluster.CheckSingleLeader())[0];
        cluster.Crash(replaced);
        cluster.GiveDisk(replaced, other.Peers.Single(peer => peer.Id == replaced.Id));
        long term = cluster.CheckTerm();

        cluster.Restart(replaced);
        cluster.Run(Seconds(5));

        Assert.Equal(term, cluster.StatusOf(cluster.AwaitLeader())!.Term);
        cluster.One("goes on", 2);
        Assert.Contains(cluster.StatusOf(replaced)!.Problems, problem => problem.Kind == PeerProblemKind.OtherGroup);
    }
}
