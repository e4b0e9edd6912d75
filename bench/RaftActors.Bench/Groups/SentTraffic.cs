using System.Diagnostics.Metrics;

namespace RaftActors.Bench;

/// <summary>Counts what the transport of this process sends to other nodes.</summary>
internal sealed class SentTraffic : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _messages;
    private long _bytes;

    /// <summary>Counts from now on.</summary>
    public SentTraffic()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Raft.MeterName
                && instrument.Name is "raft.messages.sent" or "raft.messages.sent_size")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "raft.messages.sent")
                Interlocked.Add(ref _messages, value);
            else
                Interlocked.Add(ref _bytes, value);
        });
        _listener.Start();
    }

    /// <summary>The messages sent so far.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Their bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
