using System.Diagnostics.Metrics;
using RaftActors.Inspection;
using RaftActors.Metrics;
using RaftActors.Snapshots;

namespace RaftActors.Tests.Metrics;

/// <summary>What the meter of RaftActors measures of one group, from when this is made.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly string _group;
    private readonly MeterListener _listener;
    private readonly List<Measured> _recorded = [];
    private List<Measured> _gauges = [];
    private bool _readsGauges;

    public Measurements(string group)
    {
        _group = group;
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == Raft.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The measurements of a peer that a spec made up.</summary>
    public static PeerMetrics OfFake() =>
        new(new RaftSettings { Group = "group", MemberId = "a", Members = [] }, new Unmeasured());

    /// <summary>The values of a counter or a histogram, in the order in which they were recorded.</summary>
    public IReadOnlyList<double> Recorded(string instrument, params (string Name, string Value)[] tags) =>
        [.. _recorded.Where(measured => measured.Is(instrument, tags)).Select(static measured => measured.Value)];

    /// <summary>The present value of a gauge, or of a count that is read when it is collected.</summary>
    public double Gauge(string instrument, params (string Name, string Value)[] tags)
    {
        _gauges = [];
        _readsGauges = true;
        _listener.RecordObservableInstruments();
        _readsGauges = false;
        return Assert.Single(_gauges, measured => measured.Is(instrument, tags)).Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var named = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string)tag.Value!);
        if (!named.TryGetValue("group", out string? group) || group != _group)
            return;
        (_readsGauges ? _gauges : _recorded).Add(new Measured(instrument.Name, value, named));
    }

    private sealed class Unmeasured : IMeasuredPeer
    {
        public TimeSpan Now => TimeSpan.Zero;

        public (int Count, long Bytes) PendingProposals => default;

        public int OpenSessions => 0;

        public int Subscribers => 0;

        public Snapshot? LatestSnapshot => null;

        public PeerState Inspect() => default;
    }

    private sealed record Measured(string Instrument, double Value, Dictionary<string, string> Tags)
    {
        public bool Is(string instrument, (string Name, string Value)[] tags) =>
            Instrument == instrument && tags.All(tag => Tags.GetValueOrDefault(tag.Name) == tag.Value);
    }
}
