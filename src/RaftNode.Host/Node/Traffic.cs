using System.Diagnostics.Metrics;
using RaftActors;
using RaftNode.Host.Http;

namespace RaftNode.Host.Node;

/// <summary>
/// What a node has done since it started, from the measurements of its peers (docs/metrics.md). It adds up the
/// measurements of two histograms, one a batch, and reads two counts when it is asked.
/// </summary>
internal sealed class Traffic : IDisposable
{
    private const string Proposals = "raft.proposals";
    private const string Queries = "raft.reads";
    private const string Batches = "raft.entries.commit.duration";
    private const string Writes = "raft.journal.write.duration";

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly HashSet<string> _groups;
    private readonly string _member;

    // A peer that starts again counts from zero: what its predecessors counted is kept.
    private readonly Dictionary<string, (long Before, long Latest)> _counts = [];
    private readonly Dictionary<string, long> _reading = [];
    private (long Count, double Seconds) _batches;
    private (long Count, double Seconds) _writes;

    /// <summary>Begins to count.</summary>
    /// <param name="groups">The groups of the node's peers.</param>
    /// <param name="member">The peers' member id.</param>
    public Traffic(IEnumerable<string> groups, string member)
    {
        (_groups, _member) = (groups.ToHashSet(), member);
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Raft.MeterName && instrument.Name is Proposals or Queries or Batches or Writes)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(OnCount);
        _listener.SetMeasurementEventCallback<double>(OnDuration);
        _listener.Start();
    }

    /// <summary>What was counted until now.</summary>
    public TrafficDocument Read()
    {
        lock (_lock)
        {
            _reading.Clear();
            _listener.RecordObservableInstruments();
            return new TrafficDocument(Total(Proposals), Total(Queries), _batches.Count, Rounded(_batches.Seconds),
                _writes.Count, Rounded(_writes.Seconds));
        }
    }

    /// <summary>Ends the counting.</summary>
    public void Dispose() => _listener.Dispose();

    private long Total(string name)
    {
        var (before, latest) = _counts.GetValueOrDefault(name);
        long read = _reading.GetValueOrDefault(name);
        if (read < latest)
            before += latest;
        _counts[name] = (before, read);
        return before + read;
    }

    // Queries have a measurement for each kind. Called by RecordObservableInstruments, under the lock.
    private void OnCount(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? _)
    {
        if (IsOfPeer(tags))
            _reading[instrument.Name] = _reading.GetValueOrDefault(instrument.Name) + value;
    }

    private void OnDuration(
        Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? _)
    {
        if (!IsOfPeer(tags))
            return;
        lock (_lock)
        {
            if (instrument.Name == Batches)
                _batches = (_batches.Count + 1, _batches.Seconds + seconds);
            else
                _writes = (_writes.Count + 1, _writes.Seconds + seconds);
        }
    }

    // A process may run several nodes, for example in specs.
    private bool IsOfPeer(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int found = 0;
        foreach (var (name, value) in tags)
        {
            if ((name == "group" && value is string group && _groups.Contains(group))
                || (name == "member" && value is string member && member == _member))
                found++;
        }
        return found == 2;
    }

    private static double Rounded(double seconds) => Math.Round(seconds, 6);
}
