using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

public interface IPersistentEnvelope
{
    object Payload { get; }

    IActorRef? Sender { get; }

    int Size { get; }
}

/// <summary>Events of one persistent actor of which a journal writes all or none.</summary>
public sealed class AtomicWrite : IPersistentEnvelope
{
    private readonly IPersistentRepresentation _first;
    private IImmutableList<IPersistentRepresentation>? _events;

    public AtomicWrite(IPersistentRepresentation @event)
    {
        _first = @event;
        Size = 1;
        HighestSequenceNr = @event.SequenceNr;
    }

    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        if (payload.Count == 0)
            throw new ArgumentException("Payload of AtomicWrite must not be empty.", nameof(payload));
        _events = payload;
        _first = payload[0];
        Size = payload.Count;
        HighestSequenceNr = payload[^1].SequenceNr;
        if (payload.Any(e => e.PersistenceId != _first.PersistenceId))
            throw new ArgumentException("AtomicWrite must contain messages for the same persistenceId.", nameof(payload));
    }

    /// <summary>An immutable list of the events.</summary>
    public object Payload => _events ??= ImmutableArray.Create(_first);

    public IActorRef? Sender => ActorRefs.NoSender;

    public int Size { get; }

    public string PersistenceId => _first.PersistenceId;

    public long LowestSequenceNr => _first.SequenceNr;

    public long HighestSequenceNr { get; }

    internal IPersistentRepresentation this[int index] => _events is null ? _first : _events[index];
}

/// <summary>A deferred message on its way through the journal.</summary>
internal sealed class NonPersistentMessage(object payload, IActorRef? sender) : IPersistentEnvelope
{
    public object Payload { get; } = payload;

    public IActorRef? Sender { get; } = sender;

    public int Size => 1;
}
