using System.Diagnostics.Metrics;

namespace Akka.Remote;

/// <summary>What remoting refused or lost, of one actor system; the same goes to the meter for all systems of the process.</summary>
internal sealed class RemotingCounters
{
    public const string MeterName = "RaftActors.Runtime.Remote";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Messages too large for a frame, not sent.</summary>
    public RemotingCounter OversizedOutbound { get; } = new("remote.outbound.oversized", "Messages too large for a frame");

    /// <summary>Connections dropped because of a frame that is too large.</summary>
    public RemotingCounter OversizedInbound { get; } = new("remote.inbound.oversized", "Connections dropped because of a frame that is too large");

    /// <summary>Connections dropped because what came over them is not the protocol.</summary>
    public RemotingCounter Malformed { get; } = new("remote.inbound.malformed", "Connections dropped because of bytes that are not the protocol");

    /// <summary>Messages not sent because too many bytes wait for the other system already.</summary>
    public RemotingCounter OutboundOverflow { get; } = new("remote.outbound.overflow", "Messages dropped because too much waits to be sent");

    /// <summary>Messages not sent because the other system cannot be reached, or is quarantined.</summary>
    public RemotingCounter Unreachable { get; } = new("remote.outbound.unreachable", "Messages dropped because their address is gated or quarantined");

    /// <summary>Messages that no serializer takes.</summary>
    public RemotingCounter NotSerialized { get; } = new("remote.outbound.not_serialized", "Messages that could not be serialized");

    /// <summary>Messages that arrived and no registered serializer reads.</summary>
    public RemotingCounter NotDeserialized { get; } = new("remote.inbound.not_deserialized", "Messages that could not be deserialized");

    /// <summary>Messages that arrived here and are for somewhere else.</summary>
    public RemotingCounter Misdirected { get; } = new("remote.inbound.misdirected", "Messages for an address that is not this system's");

    internal sealed class RemotingCounter(string name, string description)
    {
        private readonly Counter<long> _counter = Meter.CreateCounter<long>(name, description: description);
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Increment()
        {
            Interlocked.Increment(ref _value);
            _counter.Add(1);
        }
    }
}
