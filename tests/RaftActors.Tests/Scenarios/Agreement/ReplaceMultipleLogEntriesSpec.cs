using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class ReplaceMultipleLogEntriesSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void A_crashed_leader_with_uncommitted_entries_returns_to_those_of_its_successor(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var old = cluster.CheckSingleLeader();
        cluster.One("5", 3);
        cluster.One("6", 3);

        cluster.CutOff(old);
        foreach (string command in (string[])["21", "22", "23", "24"])
            cluster.Propose(old, command, ReplyWhen.Appended);
        cluster.CheckSingleLeader();
        foreach (string command in (string[])["8", "9", "10"])
            cluster.One(command, 2);
        cluster.Crash(old);
        cluster.Run(Milliseconds(60));
        cluster.Heal(old);
        cluster.Restart(old);
        cluster.One("11", 3);

        cluster.CheckNotCommitted("21", TimeSpan.Zero);
        Assert.Equal(["5", "6", "8", "9", "10", "11"], old.Log.Select(applied => applied.Text));
    }
}
