using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using RaftActors.TestKit.Network;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

/// <summary>Figure 8 of the paper: an entry of an old term that is on a majority may still be overwritten.</summary>
public sealed class Figure8Spec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void An_entry_of_an_old_term_is_not_committed_by_being_on_a_majority_and_may_be_overwritten(
        JournalKind journal, int seed)
    {
        using var cluster = StartFigure(journal, seed);
        var figure = PlayUntilOldEntryIsOnAMajority(cluster);
        cluster.CheckNever(() => Status(cluster, figure.S1).CommitIndex >= figure.Index, Seconds(2),
            "An entry of an old term was committed by counting.");

        // (d) S1 crashes; S5, whose last entry is of a later term, is elected by the others and overwrites it.
        cluster.LosePower(figure.S1);
        figure.NewEntries.Drop();
        var candidates = cluster.Hold(message => message.From != figure.S5 && message.Original is RequestVote);
        cluster.Restart(figure.S5);
        cluster.HealAll();
        Assert.Same(figure.S5, cluster.CheckSingleLeader(Seconds(30)));
        candidates.Drop();
        cluster.AwaitCommitted(figure.Index + 1, 4);
        cluster.Restart(figure.S1);

        cluster.One("after", 5);
        cluster.CheckNotCommitted("old", TimeSpan.Zero);
        Assert.Contains("newer", figure.S1.Log.Select(applied => applied.Text));
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void It_is_committed_with_an_entry_of_the_current_term_and_then_stays(JournalKind journal, int seed)
    {
        using var cluster = StartFigure(journal, seed);
        var figure = PlayUntilOldEntryIsOnAMajority(cluster);

        // (e) S1's entry of its present term reaches a majority; S5 cannot win any more.
        figure.NewEntries.ReleaseAll();
        Assert.Equal("old", cluster.AwaitCommitted(figure.Index, 3).Text);
        cluster.LosePower(figure.S1);
        cluster.Restart(figure.S5);
        cluster.HealAll();
        cluster.CheckSingleLeader();
        cluster.Restart(figure.S1);

        cluster.One("after", 5);
        cluster.CheckNotCommitted("newer", TimeSpan.Zero);
        Assert.All(cluster.Peers, peer => Assert.Contains("old", peer.Log.Select(applied => applied.Text)));
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void Leaders_that_crash_again_and_again_after_appending_lose_nothing(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        cluster.One("first", 1);

        for (int i = 0; i < 150; i++)
        {
            foreach (var leader in cluster.Connected.Where(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader)
                .ToList())
            {
                cluster.Propose(leader, $"{i} at {leader}");
                cluster.Run(
                    cluster.Random.Next(
                    10) == 0 ? Milliseconds(cluster.Random.Next(150)) : Milliseconds(cluster.Random.NextDouble() * 3));
                if (cluster.Random.Next(2) == 0)
                    cluster.Crash(leader);
                else
                    cluster.LosePower(leader);
            }
            if (cluster.Peers.Count(peer => peer.IsRunning) < 3
                && cluster.Peers[cluster.Random.Next(5)] is { IsRunning: false } down)
                cluster.Restart(down);
            cluster.Run(Milliseconds(cluster.Random.Next(100)));
        }

        foreach (var peer in cluster.Peers.Where(peer => !peer.IsRunning))
            cluster.Restart(peer);
        cluster.One("last", 5);
        cluster.CheckNothingLost();
    }

    private RaftCluster StartFigure(JournalKind journal, int seed) =>
        StartWith(journal, 5, seed, settings => settings with { Raft = raft => raft with { MaxBatchEntries = 1 } });

    private static Figure PlayUntilOldEntryIsOnAMajority(RaftCluster cluster)
    {
        // (a) S1 leads, and its entry reaches S2 only.
        cluster.One("first", 5);
        var s1 = cluster.CheckSingleLeader();
        var s2 = After(cluster, s1, 1);
        cluster.Partition([s1, s2], Others(cluster, s1).Where(peer => peer != s2));
        long index = cluster.Await(cluster.Propose(s1, "old", ReplyWhen.Appended)).Proposed!.Index;
        cluster.Await(() => Status(cluster, s1).PersistedIndex >= index && Status(cluster, s2).PersistedIndex >= index,
            "S1 and S2 have the entry", Milliseconds(100));

        // (b) S1 crashes; S5 is elected by S3 and S4, and has other entries at that index, which reach nobody.
        cluster.LosePower(s1);
        var entries = cluster.Hold(message => message.Original is AppendEntries { Entries.Count: > 0 });
        var s5 = LeaderOf(cluster, Enumerable.Range(2, 3).Select(i => After(cluster, s1, i)));
        cluster.Await(cluster.Propose(s5, "newer", ReplyWhen.Appended));
        cluster.Await(() => Status(cluster, s5).PersistedIndex > index, "S5 has its own entries", Milliseconds(100));
        cluster.LosePower(s5);
        entries.Drop();

        // (c) S5 crashes; S1 is back and leads, with S2 and S3, and its old entry reaches S3. No entry of its present
        // term gets through.
        var s3 = Others(cluster, s1).First(peer => peer != s2 && peer != s5);
        long term = Status(cluster, s3).Term;
        var newEntries = cluster.Hold(message => message.Original is AppendEntries { Entries.Count: > 0 } append
            && append.Entries.Entries[^1].Term > term);
        var othersVotes = cluster.Hold(message => message.From != s1 && message.Original is RequestVote);
        cluster.Restart(s1);
        cluster.Partition([s1, s2, s3]);
        Assert.Same(s1, LeaderOf(cluster, [s1, s2, s3]));
        othersVotes.Drop();
        cluster.Await(() => Status(cluster, s3).PersistedIndex >= index, "S3 has the entry", Seconds(1));
        return new Figure(s1, s5, index, newEntries);
    }

    private static RaftPeer LeaderOf(RaftCluster cluster, IEnumerable<RaftPeer> side)
    {
        RaftPeer? leader = null;
        cluster.Await(() => (leader = side.FirstOrDefault(peer =>
            cluster.StatusOf(peer)?.Role == RaftRole.Leader)) is not null, "one of that side leads", Seconds(30));
        return leader!;
    }

    private static RaftStatus Status(RaftCluster cluster, RaftPeer peer) => cluster.StatusOf(peer)!;

    private sealed record Figure(RaftPeer S1, RaftPeer S5, long Index, HeldMessages NewEntries);
}
