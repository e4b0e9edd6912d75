using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Serialization;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Journal;

/// <summary>
/// The events that one persistent actor writes at a time. If a serializer or an event adapter refuses an event, the
/// atomic write with that event is rejected before anything is written.
/// </summary>
internal sealed class AppendEvents : DatabaseWork
{
    private readonly WriteMessages _write;
    private readonly IPersistentEnvelope[] _envelopes;
    private readonly IActorRef _journal;
    private readonly long _created;

    /// <summary>The events that are not rejected, in their order.</summary>
    private readonly List<NewEvent> _events;

    /// <summary>
    /// Why atomic writes are rejected, by the position of their envelopes; <c>null</c> if none is rejected.
    /// </summary>
    private Exception?[]? _rejections;

    private int _size;

    /// <summary>Serializes the events.</summary>
    /// <param name="write">The request of the persistent actor.</param>
    /// <param name="journal">The journal, which appears as the sender of the answers.</param>
    /// <param name="serialization">The registry of serializers.</param>
    /// <param name="adapters">The event adapters of the journal.</param>
    /// <param name="created">The time of the events, in ticks.</param>
    public AppendEvents(
        WriteMessages write, IActorRef journal, Serialization serialization, EventAdapters adapters, long created)
    {
        _write = write;
        _envelopes = write.Messages as IPersistentEnvelope[] ?? [.. write.Messages];
        _journal = journal;
        _created = created;
        _events = new List<NewEvent>(_envelopes.Length);
        for (var i = 0; i < _envelopes.Length; i++)
        {
            if (_envelopes[i] is AtomicWrite atomic)
                Serialize(atomic, i, serialization, adapters);
        }
    }

    public override int Size => _size;

    public override bool Writes => _events.Count > 0;

    public override bool Concerns(string persistenceId)
    {
        foreach (var e in _events)
        {
            if (e.PersistenceId == persistenceId)
                return true;
        }
        return false;
    }

    public override bool Execute(WriteStatements statements)
    {
        foreach (var e in _events)
            statements.InsertEvent(e, _created);
        return true;
    }

    protected override void Finished(Exception? failure) => Answer(_write, _envelopes, _journal, failure, _rejections);

    /// <summary>Answers that a whole request failed before it was queued.</summary>
    public static void Refuse(WriteMessages write, IActorRef journal, Exception failure) =>
        Answer(write, [.. write.Messages], journal, failure, null);

    /// <summary>Tells a persistent actor the outcome of each event, in the order in which it sent them.</summary>
    private static void Answer(
        WriteMessages write, IPersistentEnvelope[] envelopes, IActorRef journal, Exception? failure,
        Exception?[]? rejections)
    {
        var actor = write.PersistentActor;
        if (failure is null)
            actor.Tell(WriteMessagesSuccessful.Instance, journal);
        else
            actor.Tell(new WriteMessagesFailed(failure, envelopes.Count(envelope => envelope is AtomicWrite)), journal);
        for (var i = 0; i < envelopes.Length; i++)
        {
            if (envelopes[i] is not AtomicWrite atomic)
            {
                actor.Tell(new LoopMessageSuccess(envelopes[i].Payload, write.ActorInstanceId), envelopes[i].Sender);
                continue;
            }
            foreach (var e in Events(atomic))
                actor.Tell(Outcome(e, failure, rejections?[i], write.ActorInstanceId), e.Sender);
        }
    }

    private static object Outcome(
        IPersistentRepresentation e, Exception? failure, Exception? rejection, int instance) =>
        failure is not null ? new WriteMessageFailure(e, failure, instance)
        : rejection is not null ? new WriteMessageRejected(e, rejection, instance)
        : new WriteMessageSuccess(e, instance);

    private static IImmutableList<IPersistentRepresentation> Events(AtomicWrite atomic) =>
        (IImmutableList<IPersistentRepresentation>)atomic.Payload;

    private void Serialize(AtomicWrite atomic, int index, Serialization serialization, EventAdapters adapters)
    {
        var before = _events.Count;
        try
        {
            foreach (var e in Events(atomic))
                _events.Add(Serialize(e, serialization, adapters));
            for (var i = before; i < _events.Count; i++)
                _size += _events[i].Payload.Bytes.Length;
        }
        catch (Exception e)
        {
            _events.RemoveRange(before, _events.Count - before);
            _rejections ??= new Exception?[_envelopes.Length];
            _rejections[index] = e;
        }
    }

    private static NewEvent Serialize(IPersistentRepresentation e, Serialization serialization, EventAdapters adapters)
    {
        var payload = adapters.Get(e.Payload.GetType()).ToJournal(e.Payload);
        IImmutableSet<string>? tags = null;
        if (payload is Tagged tagged)
            (payload, tags) = (tagged.Payload, tagged.Tags);
        return new NewEvent(
            e.PersistenceId, e.SequenceNr, Payloads.Write(serialization, payload), tags, e.WriterGuid ?? "");
    }
}
