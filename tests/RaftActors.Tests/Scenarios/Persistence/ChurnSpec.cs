using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class ChurnSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6), SqliteJournal(1)]
    public void Every_acknowledged_value_is_in_the_log_reliable(JournalKind journal, int seed) =>
        Churn(journal, seed, LinkFaults.None);

    [Theory, InMemoryJournal(1, 2, 3, 4, 5, 6), SqliteJournal(1)]
    public void Every_acknowledged_value_is_in_the_log_unreliable(JournalKind journal, int seed) =>
        Churn(journal, seed, LinkFaults.Unreliable);

    [Theory, InMemoryJournal(1, 2, 3, 4)]
    public void Every_acknowledged_value_is_in_the_log_unreliable_with_duplicates(JournalKind journal, int seed) =>
        Churn(journal, seed, LinkFaults.Unreliable with { Duplication = 0.1 });

    private void Churn(JournalKind journal, int seed, LinkFaults faults)
    {
        using var cluster = StartWith(journal, 5, seed, settings => settings with { Faults = faults });
        cluster.One("first", 1, limit: Seconds(20));
        var proposers = Enumerable.Range(0, 5).Select(i => new Proposer(cluster, $"proposer{i}")).ToList();

        // Real disks take real time: with them there are fewer proposals.
        bool real = journal != JournalKind.InMemory;
        for (int round = 0; round < (real ? 40 : 80); round++)
        {
            Disturb(cluster);
            var end = cluster.Now + Milliseconds(cluster.Random.Next(420));
            while (cluster.Now < end)
            {
                proposers.ForEach(proposer => proposer.GoOn());
                cluster.Run(Milliseconds(real ? 20 : 2));
            }
        }

        cluster.EndAllFaults();
        cluster.One("last", 5, limit: Seconds(20));
        cluster.CheckNothingLost();
        Assert.InRange(proposers.Sum(proposer => proposer.Acknowledged), 20, int.MaxValue);

        // A forwarded proposal that arrives twice is two proposals.
        if (faults.Duplication == 0)
            Assert.All(cluster.Peers,
                peer => Assert.Equal(peer.Log.Count, peer.Log.Select(applied => applied.Text).Distinct().Count()));
    }

    /// <summary>Cuts off, heals, kills and restarts peers; with a majority left, most of the time.</summary>
    private static void Disturb(RaftCluster cluster)
    {
        RaftPeer Any() => cluster.Peers[cluster.Random.Next(cluster.Peers.Count)];
        bool Chance(double probability) => cluster.Random.NextDouble() < probability;

        if (Chance(0.2))
            cluster.CutOff(Any());
        if (Chance(0.2))
            cluster.CutLink(Any(), Any());
        if (Chance(0.05) && Any() is { IsRunning: true } stalled)
            cluster.HoldWrites(stalled);
        if (Chance(0.5) && Any() is { IsRunning: true } released)
            cluster.ReleaseWrites(released);
        if (Chance(0.05) && Any() is { IsRunning: true } failing)
            cluster.FailNextWrite(failing, rejected: Chance(0.5));
        if (Chance(0.5) && Any() is { } healed)
        {
            if (!healed.IsRunning)
                cluster.Restart(healed);
            cluster.HealAll();
        }
        if (Chance(0.25) && Any() is { IsRunning: true } unlucky)
        {
            if (Chance(0.5))
                cluster.Crash(unlucky);
            else
                cluster.LosePower(unlucky);
        }
    }

    /// <summary>
    /// Proposes one value after another, each to some peer, as soon as the one before is answered or taking too long.
    /// </summary>
    private sealed class Proposer(RaftCluster cluster, string name)
    {
        private PendingProposal? _proposal;
        private TimeSpan _since;
        private int _number;

        public int Acknowledged { get; private set; }

        public void GoOn()
        {
            if (_proposal is { IsDone: false } && cluster.Now < _since + Milliseconds(300))
                return;
            if (_proposal?.Proposed is not null)
                Acknowledged++;
            if (cluster.Peers[cluster.Random.Next(cluster.Peers.Count)] is { IsRunning: true } peer)
            {
                _since = cluster.Now;
                _proposal = cluster.Propose(peer, $"{name} {_number++}");
            }
        }
    }
}
