namespace RaftActors.Coordination.Tests;

/// <summary>
/// Random commands in random time, with leaders whose clocks are fast or slow, whose wall clocks are anything, and who
/// follow one another as often as with every entry.
/// </summary>
public sealed class LeaseTablePropertiesSpec
{
    private const double Drift = 0.1;
    private static readonly string[] Names = ["a", "b", "c"];

    // A lease may be granted again once its time to live has passed on the fastest leader's clock.
    private const double Shortest = 1 / (1 + Drift);

    [Fact]
    public void No_lease_is_granted_to_another_before_its_time_is_over_whatever_the_clocks_of_the_leaders_do()
    {
        int grants = 0;
        for (int seed = 1; seed <= 150; seed++)
            grants += Run(seed, leadersChange: seed % 4 == 0 ? 1 : 0.1);
        Assert.True(grants > 1500, $"Only {grants} grants: the run shows little.");
    }

    [Fact]
    public void A_lease_of_a_silent_holder_is_granted_to_another_once_its_time_has_passed_within_terms()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var log = new LeaseLog();
            var leader = new Leader(random);
            leader.Elect(log, 0);
            log.Acquire("lease", "anna", 1, 1000);
            double now = 0, counted = 0;
            while (true)
            {
                double step = random.Next(1, 100);
                now += step;
                if (random.Next(3) == 0)
                    leader.Elect(log, now);
                else
                    counted += step;
                leader.Stamp(log, now);
                if (log.Acquire("lease", "ben", 2) is not null)
                    break;
                // Each entry costs a millisecond at most.
                Assert.True(counted * (1 - Drift) <= 1000 + (2 * log.Index),
                    $"Seed {seed}: it was not granted after {counted} ms.");
            }
        }
    }

    private static int Run(int seed, double leadersChange)
    {
        var random = new Random(seed);
        var log = new LeaseLog();
        var leader = new Leader(random);
        leader.Elect(log, 0);
        double now = 0;
        var holders = new Dictionary<string, Holder>();
        var highest = new Dictionary<string, long>();
        int grants = 0;
        for (int i = 0; i < 300; i++)
        {
            now += random.Next(4) == 0 ? random.NextDouble() * 400 : random.NextDouble() * 5;
            if (random.NextDouble() < leadersChange)
                leader.Elect(log, now);
            leader.Stamp(log, now);
            if (random.Next(10) == 0)
            {
                byte[] image = log.Image();
                ulong digest = log.Machine.Digest();
                log.Restore(image);
                Assert.Equal(image, log.Image());
                Assert.Equal(digest, log.Machine.Digest());
            }
            string name = Names[random.Next(Names.Length)];
            long process = random.Next(1, 5);
            string owner = process == 4 ? "owner 1" : $"owner {process}";
            holders.TryGetValue(name, out var holder);
            bool isHolder = holder is not null && holder.Process == process && holder.Owner == owner;
            switch (random.Next(5))
            {
                case 0 or 1 or 2:
                    long timeToLive = random.Next(1, 1000);
                    bool keeps = isHolder && random.Next(2) == 0;
                    if (log.Acquire(name, owner, process, timeToLive, keeps ? holder!.Token : 0) is not { } lease)
                        break;
                    grants++;
                    bool isLater = holder is not null && holder.Owner == owner && process >= holder.Process;
                    Assert.True(holder is null || isLater || now >= holder.Until,
                        $"Seed {seed}: {name} of {holder} was granted to {owner} at {now}.");
                    Assert.True(lease.Token > highest.GetValueOrDefault(name)
                        || (keeps && lease.Token == holder!.Token),
                        $"Seed {seed}: the token {lease.Token} is not higher.");
                    highest[name] = lease.Token;
                    holders[name] = new Holder(owner, process, lease.Token, timeToLive, now + (timeToLive * Shortest));
                    break;
                case 3:
                    // The process knows its leases but for those that have ended.
                    var held = log.SignOfLife(process,
                        [.. holders.Values.Where(other => other.Process == process)
                        .Select(static other => other.Token)]);
                    foreach (var (each, other) in holders.Where(other => other.Value.Process == process).ToList())
                    {
                        if (held.AsSaid || held.Tokens.Contains(other.Token))
                            holders[each] = other with { Until = now + (other.TimeToLive * Shortest) };
                        else
                            Assert.True(now >= other.Until, $"Seed {seed}: {each} of {other} was lost at {now}.");
                    }
                    break;
                default:
                    if (log.Release(name, owner, process))
                    {
                        Assert.True(isHolder,
                            $"Seed {seed}: {owner} of process {process} released {name} of {holder}.");
                        holders.Remove(name);
                    }
                    break;
            }
        }
        return grants;
    }

    private sealed record Holder(string Owner, long Process, long Token, long TimeToLive, double Until);

    // Stamps entries as a leader does: from its wall clock on, but not before the last entry, by a clock with drift.
    private sealed class Leader(Random random)
    {
        private double _electedAt;
        private double _rate;
        private long _start;

        public void Elect(LeaseLog log, double now)
        {
            log.Term++;
            _electedAt = now;
            _rate = 1 + (Drift * ((2 * random.NextDouble()) - 1));
            _start = Math.Max(log.Time, 1_000_000 + random.Next(-100_000, 100_000));
            log.Time = _start;
        }

        public void Stamp(LeaseLog log, double now) =>
            log.Time = Math.Max(log.Time, _start + (long)((now - _electedAt) * _rate));
    }
}
