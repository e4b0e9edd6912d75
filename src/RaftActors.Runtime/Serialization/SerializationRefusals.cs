using System.Diagnostics.Metrics;

namespace Akka.Serialization;

/// <summary>Counts the bytes that were not turned into an object, by why: only registered serializers and their types are.</summary>
internal sealed class SerializationRefusals
{
    private static readonly Meter Meter = new("RaftActors.Runtime");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "raftactors.serialization.refused", "{message}", "Messages whose serializer or type is not registered, or whose bytes their serializer refused.");

    private long _unknownSerializer;
    private long _unknownType;
    private long _malformed;

    public long UnknownSerializer => Interlocked.Read(ref _unknownSerializer);

    public long UnknownType => Interlocked.Read(ref _unknownType);

    /// <summary>The serializer threw: an unknown manifest, or bytes that are not what it expects.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    public void CountUnknownSerializer() => Count(ref _unknownSerializer, "unknown-serializer");

    public void CountUnknownType() => Count(ref _unknownType, "unknown-type");

    public void CountMalformed() => Count(ref _malformed, "malformed");

    private static void Count(ref long counter, string reason)
    {
        Interlocked.Increment(ref counter);
        Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }
}
