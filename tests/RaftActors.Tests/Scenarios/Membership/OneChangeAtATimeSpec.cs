using RaftActors.Client;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class OneChangeAtATimeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_second_change_is_refused(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        var joining = cluster.StartJoining();

        var first = cluster.ChangeMembers(leader, cluster.Peers);
        var second = cluster.ChangeMembers(leader, Others(cluster, joining).Take(2));

        Assert.Equal(FailureReason.ChangeUnderWay, cluster.Await(second).Failed?.Reason);
        Assert.NotNull(cluster.Await(first).Proposed);
        Assert.Equal(4, cluster.StatusOf(leader)!.Members.Count);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_leader_changes_nothing_before_it_has_committed_in_its_term(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var former = cluster.CheckSingleLeader();
        cluster.Hold(static message => message.Original is AppendEntriesReply);
        cluster.Crash(former);
        var leader = cluster.AwaitLeader();

        var change = cluster.Await(cluster.ChangeMembers(leader, [leader]));

        Assert.Equal(FailureReason.ChangeUnderWay, change.Failed?.Reason);
    }

    [Fact]
    public void A_change_for_another_configuration_is_refused()
    {
        using var cluster = Start(3);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        long index = cluster.MembersOf(leader)!.Index;

        Assert.Equal(FailureReason.MembersChanged,
            cluster.Await(cluster.ChangeMembers(leader, Others(cluster, leader),
            expectedIndex: index + 1)).Failed?.Reason);
        Assert.NotNull(cluster.Await(cluster.ChangeMembers(leader, Others(cluster, leader), [leader], index)).Proposed);
    }

    [Fact]
    public void What_is_so_already_is_answered_at_once()
    {
        using var cluster = Start(3);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        var before = cluster.StatusOf(leader)!;

        var change = cluster.Await(cluster.ChangeMembers(After(cluster, leader), cluster.Peers));

        Assert.Equal(cluster.MembersOf(leader)!.Index, change.Proposed?.Index);
        Assert.Equal(before.LastIndex, cluster.StatusOf(leader)!.LastIndex);
    }
}
