using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class RejoinOfPartitionedLeaderSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Its_uncommitted_entries_are_replaced(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("101", 3);

        // A leader is cut off with three entries that nobody else has.
        var first = cluster.CheckSingleLeader();
        cluster.CutOff(first);
        foreach (string command in (string[])["102", "103", "104"])
            cluster.Propose(first, command, ReplyWhen.Appended);

        // Another commits at the same index, and is cut off in turn; the first is back.
        cluster.One("103b", 2);
        var second = cluster.CheckSingleLeader();
        cluster.CutOff(second);
        cluster.Heal(first);
        cluster.One("104b", 2);

        // All together again.
        cluster.Heal(second);
        cluster.One("105", 3);

        foreach (string lost in (string[])["102", "103", "104"])
            cluster.CheckNotCommitted(lost, TimeSpan.Zero);
        Assert.All(cluster.Peers,
            peer => Assert.Equal(["101", "103b", "104b", "105"], peer.Log.Select(applied => applied.Text)));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Many_uncommitted_entries_are_replaced(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        cluster.One("first", 3);
        var old = cluster.CheckSingleLeader();
        cluster.CutOff(old);
        for (int i = 0; i < 100; i++)
            cluster.Propose(old, $"lost {i}", ReplyWhen.Appended);
        for (int i = 0; i < 10; i++)
            cluster.One($"kept {i}", 2);

        cluster.Heal(old);
        cluster.One("last", 3);

        Assert.Equal(["first", .. Enumerable.Range(0, 10).Select(i => $"kept {i}"), "last"],
            old.Log.Select(applied => applied.Text));
    }
}
