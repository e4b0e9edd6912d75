using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>
/// Processes that acquire, release and lose leases of a group while everything goes wrong, from a seed: clocks that are
/// fast or slow, wall clocks that are set and stand still, processes that are paused, cut off, and woken late, peers
/// that crash and are cut off, leaders that change, messages that are lost, doubled and late.
/// </summary>
/// <remarks>
/// After everything that happens at most one process believes that it holds a lease. A process is asked by
/// <see cref="RaftLease.CheckLease"/>, also while it stands still: it would believe so if it woke up now.
/// </remarks>
public sealed class LeaseSimulationSpec(ITestOutputHelper output)
{
    // Rates from 0.96 to 1.04 differ by less than the tenth that clock-drift allows.
    private const double Drift = 0.04;
    private const int Nodes = 3;
    private static readonly string[] Names = ["a", "b"];

    [Theory]
    [InlineData(1, 20, 0.15)]
    [InlineData(1001, 10, 1)]
    public void At_no_time_do_two_processes_believe_that_they_hold_a_lease(int firstSeed, int seeds,
        double leaderChanges)
    {
        int grants = 0;
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
            grants += new Run(output, seed, leaderChanges).All();
        output.WriteLine($"{grants} grants.");
        Assert.True(grants > 4 * seeds, $"Only {grants} grants: the runs show little.");
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly LeaseCluster _cluster;
        private readonly double _leaderChanges;
        private readonly List<(LeaseNode Node, RaftLease[] Leases)> _nodes = [];
        private readonly List<Task<bool>> _asked = [];
        private readonly HashSet<LeaseNode> _paused = [];

        public Run(ITestOutputHelper output, int seed, double leaderChanges)
        {
            _random = new Random(seed);
            _leaderChanges = leaderChanges;
            double[] drifts = [DrawDrift(), DrawDrift(), DrawDrift()];
            _cluster = new LeaseCluster(output.WriteLine, seed, drifts, settings => settings with
            {
                Faults = _random.Next(2) == 0 ? LinkFaults.None : LinkFaults.Unreliable,
                // Slower than usual: there is less to do in the same time.
                Raft = raft => raft with
                {
                    HeartbeatInterval = TimeSpan.FromMilliseconds(150),
                    ElectionTimeoutMin = TimeSpan.FromMilliseconds(600),
                    ElectionTimeoutMax = TimeSpan.FromMilliseconds(1200),
                    SnapshotEntries = seed % 2 == 0 ? 20 : 50_000,
                },
            });
        }

        public int All()
        {
            using (_cluster)
            {
                for (int i = 0; i < Nodes; i++)
                {
                    var node = _cluster.StartNode(DrawDrift());
                    _nodes.Add((node, [.. Names.Select(name => node.Lease(name, $"owner {i}"))]));
                }
                for (int i = 0; i < 60; i++)
                {
                    Disturb();
                    Ask();
                    Pass(TimeSpan.FromSeconds(
                        _random.Next(4) == 0 ? _random.NextDouble() * 6 : _random.NextDouble() * 0.5));
                }
                return ComeBack();
            }
        }

        private double DrawDrift() => Drift * ((2 * _random.NextDouble()) - 1);

        private void Ask()
        {
            var (node, leases) = _nodes[_random.Next(Nodes)];
            var lease = leases[_random.Next(leases.Length)];
            if (_random.Next(5) > 0)
                _asked.Add(node.BeginToAcquire(lease));
            else
                _ = lease.Release();
        }

        private void Disturb()
        {
            var group = _cluster.Group;
            var peer = group.Peers[_random.Next(group.Peers.Count)];
            var node = _nodes[_random.Next(Nodes)].Node;
            switch (_random.Next(12))
            {
                case 0:
                    node.Process.Pause();
                    _paused.Add(node);
                    break;
                case 1 or 2:
                    foreach (var paused in _paused)
                        paused.Process.Resume();
                    _paused.Clear();
                    break;
                case 3:
                    node.CutOff();
                    break;
                case 4 or 5:
                    foreach (var each in _nodes)
                        each.Node.Heal();
                    break;
                case 6:
                    node.Process.StepWallClock(TimeSpan.FromSeconds(_random.Next(-20, 20)));
                    break;
                case 7 when peer.IsRunning:
                    group.StepWallClock(peer, TimeSpan.FromSeconds(_random.Next(-20, 20)));
                    break;
                case 8 when peer.IsRunning:
                    group.StopWallClock(peer, _random.Next(2) == 0);
                    break;
                case 9:
                    foreach (var each in group.Peers.Where(static each => each.IsCutOff).ToList())
                        group.Heal(each);
                    group.CutOff(peer);
                    break;
                case 10:
                    foreach (var each in group.Peers.Where(static each => each.IsCutOff).ToList())
                        group.Heal(each);
                    break;
            }
            if (_random.NextDouble() < _leaderChanges)
                ChangeLeader();
        }

        private void ChangeLeader()
        {
            var group = _cluster.Group;
            foreach (var down in group.Peers.Where(static each => !each.IsRunning).ToList())
                group.Restart(down);
            var leader = group.Peers.FirstOrDefault(each => group.StatusOf(each)?.Role == Client.RaftRole.Leader);
            if (leader is null)
                return;
            if (_random.Next(2) == 0)
            {
                group.StepWallClock(leader, TimeSpan.FromSeconds(_random.Next(-20, 20)));
                group.TransferLeadership(leader);
            }
            else
            {
                group.Crash(leader);
            }
        }

        private void Pass(TimeSpan time) => _cluster.Group.RunUntil(Check, time);

        private bool Check()
        {
            for (int i = 0; i < Names.Length; i++)
            {
                int believers = _nodes.Count(node => node.Leases[i].CheckLease());
                if (believers > 1)
                    Assert.Fail($"Seed {_cluster.Group.Seed}: at {_cluster.Group.Now} {believers} processes believe "
                        + $"that they hold '{Names[i]}': "
                        + $"{string.Join(", ", _nodes.Select(node => $"token {node.Leases[i].Token}"))}.");
            }
            return false;
        }

        // What was begun ends, and every lease can be had again once its last time to live is over.
        private int ComeBack()
        {
            var group = _cluster.Group;
            group.EndAllFaults();
            foreach (var (node, leases) in _nodes)
            {
                node.Heal();
                node.Process.Resume();
                foreach (var lease in leases)
                    _ = lease.Release();
            }
            Pass(TimeSpan.FromSeconds(15));
            Assert.All(_asked, static asked => Assert.True(asked.IsCompleted));
            var (first, own) = _nodes[0];
            foreach (var lease in own)
                Assert.True(first.Acquire(lease), $"Seed {group.Seed}: {lease} is not to be had.");
            return _asked.Count(static asked => asked.IsCompletedSuccessfully && asked.Result);
        }
    }
}
