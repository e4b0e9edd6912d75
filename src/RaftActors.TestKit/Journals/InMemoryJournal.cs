using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace RaftActors.TestKit.Journals;

/// <summary>A journal whose events outlive its actor system. Events are stored serialized, so that a reader never shares an object with the writer.</summary>
internal sealed class InMemoryJournal : AsyncWriteJournal
{
    private readonly InMemoryStore _store;
    private readonly ObjectStorage _objects;

    public InMemoryJournal(Config config)
    {
        _ = config;
        _store = PeerDisk.Of(Context.System).Store;
        _objects = new ObjectStorage(Context.System);
    }

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var (sequenceNr, stored, manifest, writerGuid) in _store.Stream(persistenceId).Read(fromSequenceNr, toSequenceNr, max))
            recoveryCallback(new Persistent(_objects.Load(stored), sequenceNr, persistenceId, manifest, false, ActorRefs.NoSender, writerGuid));
        return Task.CompletedTask;
    }

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        Task.FromResult(_store.Stream(persistenceId).HighestSequenceNr);

    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        foreach (var write in messages)
        {
            foreach (var persistent in (IEnumerable<IPersistentRepresentation>)write.Payload)
                _store.Stream(persistent.PersistenceId).Append(persistent.SequenceNr, _objects.Store(persistent.Payload), persistent.Manifest, persistent.WriterGuid);
        }
        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr, CancellationToken cancellationToken)
    {
        _store.Stream(persistenceId).DeleteEvents(toSequenceNr);
        return Task.CompletedTask;
    }
}
