using System.Diagnostics.Metrics;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>
/// What the meter of leases measures. Each of the three replicas counts what the group does; the process that holds a
/// lease counts its own.
/// </summary>
public sealed class LeaseMetricsSpec : IDisposable
{
    private const string Prefix = "raft.leases.";

    private readonly SortedDictionary<string, long> _moved = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly LeaseCluster _cluster;

    public LeaseMetricsSpec(ITestOutputHelper output)
    {
        int thread = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = static (instrument, meters) =>
        {
            if (instrument.Meter.Name == Raft.MeterName && instrument.Name.StartsWith(Prefix, StringComparison.Ordinal))
                meters.EnableMeasurementEvents(instrument);
        };
        // A group in virtual time runs on the thread of its spec; other specs count, too.
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
                _moved[instrument.Name] = _moved.GetValueOrDefault(instrument.Name) + count;
        });
        _listener.Start();
        _cluster = new LeaseCluster(output.WriteLine);
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void A_lease_that_is_granted_refused_renewed_and_released_moves_its_instruments()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));

        Assert.Equal("granted 3, held 3, own 1", MovedBy(() => Assert.True(one.Acquire(anna))));
        Assert.Equal("refused 3", MovedBy(() => Assert.False(other.Acquire(ben))));
        Assert.Equal("heartbeats 3", MovedBy(() => _cluster.Run(0.5)));
        Assert.Equal("heartbeats 3", MovedBy(() => Assert.True(one.Acquire(anna))));
        Assert.Equal("held -3, own -1, released 3", MovedBy(() => Assert.True(_cluster.Await(anna.Release()))));
        Assert.Equal("", MovedBy(() => _cluster.Run(5)));
    }

    [Fact]
    public void A_lease_that_is_lost_and_expires_moves_its_instruments()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        _cluster.Run(0.3);
        one.CutOff();

        Assert.Equal("lost 1, own -1", MovedBy(() => _cluster.Run(9)));
        _cluster.Run(2);
        Assert.Equal("expired 3, granted 3, own 1", MovedBy(() => Assert.True(other.Acquire(ben))));
        Assert.Equal("heartbeats 3, held -3, lost 1, own -1, released 3", MovedBy(() =>
        {
            Assert.NotNull(_cluster.Await(other.Leases.ForceReleaseAsync("test", "lease")));
            _cluster.Run(0.9);
        }));
    }

    /// <summary>By how much which instruments have moved, until all replicas have applied what was done.</summary>
    private string MovedBy(Action act)
    {
        _moved.Clear();
        act();
        _cluster.Run(0.3);
        return string.Join(", ", _moved.Where(static moved => moved.Value != 0)
            .Select(static moved => $"{moved.Key[Prefix.Length..]} {moved.Value}"));
    }
}
