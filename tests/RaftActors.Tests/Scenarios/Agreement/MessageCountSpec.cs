using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class MessageCountSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void An_election_takes_a_bounded_number_of_messages(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers);
        var leader = cluster.CheckSingleLeader();
        cluster.Run(Seconds(1));
        var before = cluster.Traffic;
        var start = cluster.Now;

        cluster.CutOff(leader);
        cluster.CheckSingleLeader();

        // Pre-vote, vote and first append to each, each answered, three times over; and the heartbeats of the time that
        // it took.
        long heartbeats = 2 * (peers - 1) * Beats(cluster.Now - start);
        Assert.InRange((cluster.Traffic - before).Messages, 1, (3 * 3 * 2 * peers) + heartbeats);
    }

    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void Agreement_takes_a_bounded_number_of_messages(JournalKind journal, int peers)
    {
        const int Commands = 20;
        using var cluster = StartWith(journal, peers);
        var leader = cluster.CheckSingleLeader();
        cluster.One("first", peers);
        cluster.Run(Seconds(1));
        var before = cluster.Traffic;
        var start = cluster.Now;

        for (int i = 0; i < Commands; i++)
            cluster.Await(cluster.Propose(leader, $"{i}"));
        cluster.Run(Milliseconds(10));

        // An append and its answer, to each follower; a follower that did not hear of the commit that way hears of it
        // by a heartbeat.
        long heartbeats = 2 * (peers - 1) * Beats(cluster.Now - start);
        Assert.InRange((cluster.Traffic - before).Messages, 2 * (peers - 1) * Commands,
            (2 * (peers - 1) * Commands) + heartbeats);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Proposals_that_come_at_once_share_messages(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("first", 3);
        cluster.Run(Seconds(1));
        var before = cluster.Traffic;

        var proposals = Enumerable.Range(0, 1000).Select(i => cluster.Propose(leader, $"{i}")).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.Proposed is not null), "all proposals succeed",
            Seconds(1));

        Assert.InRange((cluster.Traffic - before).Messages, 4, 40);
    }

    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void An_idle_cluster_that_does_not_rest_sends_heartbeats_only(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers, change: static settings => settings with
        {
            Raft = static raft => raft with { RestAfter = 0 },
        });
        cluster.CheckSingleLeader();
        cluster.One("first", peers);
        cluster.Run(Seconds(1));
        var before = cluster.Traffic;
        var others = new List<string>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is not (AppendEntries { Entries.Count: 0 } or AppendEntriesReply { Success: true }))
                others.Add(message.ToString());
        });

        cluster.Run(Seconds(10));

        Assert.Empty(others);
        Assert.InRange((cluster.Traffic - before).Messages, 1, 2 * (peers - 1) * Beats(Seconds(10)));
    }

    private static long Beats(TimeSpan time) => ((long)time.TotalMilliseconds / 50) + 1;
}
