using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Singletons;

/// <summary>
/// A group with a singleton while everything goes wrong, from a seed: clocks that are fast or slow, processes that are
/// paused, cut off, killed and woken late, leaders that change, messages that are lost, doubled and late.
/// </summary>
/// <remarks>
/// After everything that happens at most one singleton runs, and at most one tenure is current. A process that stands
/// still runs no code, but its tenure counts as long as the process would believe in it if it woke up now.
/// </remarks>
public sealed class SingletonSimulationSpec(ITestOutputHelper output)
{
    // Rates from 0.96 to 1.04 differ by less than the tenth that the settings allow.
    private const double Drift = 0.04;

    [Theory]
    [InlineData(1, 20)]
    [InlineData(1001, 20)]
    public void At_no_time_do_two_singletons_run_and_tokens_only_grow(int firstSeed, int seeds)
    {
        int lives = 0;
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
            lives += new Run(output, seed).All();
        output.WriteLine($"{lives} lives.");
        Assert.True(lives > 5 * seeds, $"Only {lives} lives: the runs show little.");
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly SingletonCluster _cluster;

        public Run(ITestOutputHelper output, int seed)
        {
            _random = new Random(seed);
            var settings = new RaftClusterSettings
            {
                Seed = seed,
                Output = output.WriteLine,
                ClockDrifts = [DrawDrift(), DrawDrift(), DrawDrift()],
                Faults = (seed % 3) switch { 0 => LinkFaults.None, 1 => LinkFaults.Unreliable, _ => Slow },
            };
            // Without a margin: in virtual time no timer is late, and a singleton stops at once.
            _cluster = new SingletonCluster(settings, static settings => settings with { Margin = TimeSpan.Zero });
        }

        private static LinkFaults Slow { get; } = LinkFaults.Unreliable with
        {
            Loss = 0.02,
            LongDelay = 0.1,
            MinLongDelay = TimeSpan.FromMilliseconds(50),
            MaxLongDelay = TimeSpan.FromMilliseconds(400),
        };

        public int All()
        {
            using (_cluster)
            {
                for (int i = 0; i < 60; i++)
                {
                    Disturb();
                    double longest = _random.Next(4) == 0 ? 3 : 0.5;
                    _cluster.Run(TimeSpan.FromSeconds(_random.NextDouble() * longest));
                }
                ComeBack();
                CheckTokens();
                return _cluster.Lives.Count;
            }
        }

        private double DrawDrift() => Drift * ((2 * _random.NextDouble()) - 1);

        private void Disturb()
        {
            var group = _cluster.Group;
            var peer = group.Peers[_random.Next(group.Peers.Count)];
            var leader = group.Peers.FirstOrDefault(each => group.StatusOf(each)?.Role == RaftRole.Leader);
            switch (_random.Next(10))
            {
                case 0 when peer.IsRunning:
                    _cluster.Pause(peer);
                    break;
                case 1 when leader is not null:
                    _cluster.Pause(leader);
                    break;
                case 2 or 3:
                    WakeAll();
                    break;
                case 4 when leader is not null:
                    HealAll();
                    group.CutOff(leader);
                    break;
                case 5:
                    HealAll();
                    group.CutOff(peer);
                    break;
                case 6:
                    HealAll();
                    break;
                case 7 when leader is not null:
                    group.TransferLeadership(leader);
                    break;
                case 8 when leader is not null:
                    RestartAll();
                    _cluster.Crash(leader);
                    break;
                case 9:
                    RestartAll();
                    break;
            }
        }

        private void WakeAll()
        {
            foreach (var each in _cluster.Group.Peers)
                _cluster.Resume(each);
        }

        private void HealAll()
        {
            foreach (var each in _cluster.Group.Peers.Where(static each => each.IsCutOff).ToList())
                _cluster.Group.Heal(each);
        }

        private void RestartAll()
        {
            foreach (var down in _cluster.Group.Peers.Where(static each => !each.IsRunning).ToList())
                _cluster.Restart(down);
        }

        private void ComeBack()
        {
            _cluster.Group.Faults = LinkFaults.None;
            WakeAll();
            HealAll();
            RestartAll();
            _cluster.Run(TimeSpan.FromSeconds(5));
            Assert.NotNull(_cluster.Present);
        }

        private void CheckTokens()
        {
            foreach (var (former, next) in _cluster.Lives.Zip(_cluster.Lives.Skip(1)))
            {
                bool same = (former.Tenure.Term, former.Tenure.Token) == (next.Tenure.Term, next.Tenure.Token);
                bool later = former.Tenure.Term < next.Tenure.Term && former.Tenure.Token < next.Tenure.Token;
                Assert.True(later || (same && former.Peer == next.Peer), $"{former} is followed by {next}.");
            }
        }
    }
}
