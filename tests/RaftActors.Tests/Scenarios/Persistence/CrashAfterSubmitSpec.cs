using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class CrashAfterSubmitSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6, 7, 8), SqliteJournal(1, 2)]
    public void An_entry_submitted_but_not_committed_before_the_crash_is_committed_once_or_gone(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("5", 3);

        // Somewhere between the proposal and its acknowledgement.
        cluster.Propose(leader, "6");
        cluster.Run(Milliseconds(cluster.Random.NextDouble() * 3));
        cluster.Crash(leader);
        cluster.CheckSingleLeader();
        cluster.Restart(leader);
        cluster.CheckSingleLeader();
        cluster.One("7", 3);
        cluster.CheckNothingLost();

        var log = leader.Log.Select(applied => applied.Text).ToList();
        Assert.Equal(["5", "7"], log.Where(text => text != "6"));
        Assert.InRange(log.Count(text => text == "6"), 0, 1);
        Assert.All(cluster.Peers, peer => Assert.Equal(log, peer.Log.Select(applied => applied.Text)));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void An_entry_that_only_the_leaders_memory_had_is_gone(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("5", 3);

        cluster.CutOff(leader);
        cluster.HoldWrites(leader);
        Assert.NotNull(cluster.Await(cluster.Propose(leader, "6", ReplyWhen.Appended)).Proposed);
        cluster.LosePower(leader);
        cluster.Restart(leader);
        cluster.Heal(leader);
        cluster.One("7", 3);

        cluster.CheckNotCommitted("6");
    }
}
