using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class BackupOverIncorrectLogsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Logs_that_differ_in_many_entries_and_terms_converge_in_few_round_trips(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        cluster.One("first", 5);

        // A leader and one follower, with fifty entries that will not commit.
        var first = cluster.CheckSingleLeader();
        for (int i = 2; i <= 4; i++)
            cluster.CutOff(After(cluster, first, i));
        ProposeFifty(cluster, first, "a");
        cluster.Run(Milliseconds(250));

        // The other three commit fifty.
        cluster.CutOff(first);
        cluster.CutOff(After(cluster, first));
        for (int i = 2; i <= 4; i++)
            cluster.Heal(After(cluster, first, i));
        var second = CommitFifty(cluster, "b");

        // One of them is away; the other two have fifty more that will not commit.
        var other = cluster.Connected.First(peer => peer != second);
        cluster.CutOff(other);
        ProposeFifty(cluster, second, "c");
        cluster.Run(Milliseconds(250));

        // The first leader, its follower and the one that was away commit fifty.
        foreach (var peer in cluster.Peers)
            cluster.CutOff(peer);
        cluster.Run(Seconds(1));
        foreach (var peer in (RaftPeer[])[first, After(cluster, first), other])
            cluster.Heal(peer);
        CommitFifty(cluster, "d");

        // All together.
        cluster.HealAll();
        int refusals = 0;
        cluster.WatchMessages((message, _) =>
            refusals += message.Original is AppendEntriesReply { Success: false } ? 1 : 0);
        cluster.One("last", 5);

        // At most two refusals each by the two peers that were away: one round trip skips a whole term.
        Assert.InRange(refusals, 0, 4);
        Assert.Equal(["first", .. Fifty("b"), .. Fifty("d"), "last"], second.Log.Select(applied => applied.Text));
        cluster.CheckNothingLost();
    }

    private static RaftPeer CommitFifty(RaftCluster cluster, string prefix)
    {
        var leader = cluster.CheckSingleLeader();
        var proposals = Fifty(prefix).Select(command => cluster.Propose(leader, command)).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.Proposed is not null), "all proposals succeed",
            Seconds(5));
        return leader;
    }

    private static void ProposeFifty(RaftCluster cluster, RaftPeer leader, string prefix)
    {
        var proposals = Fifty(prefix).Select(command => cluster.Propose(leader, command, ReplyWhen.Appended)).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.Proposed is not null), "all proposals succeed",
            Milliseconds(50));
    }

    private static IEnumerable<string> Fifty(string prefix) => Enumerable.Range(0, 50).Select(i => $"{prefix}{i}");
}
