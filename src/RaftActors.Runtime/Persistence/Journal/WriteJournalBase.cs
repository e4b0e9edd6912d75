using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

public abstract class WriteJournalBase : ActorBase
{
    /// <summary>The events as they are to be written: without their senders, which mean nothing later.</summary>
    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables) =>
        [.. resequenceables.OfType<AtomicWrite>().Select(WithoutSenders)];

    private static AtomicWrite WithoutSenders(AtomicWrite write)
    {
        if (write.Size == 1)
            return new AtomicWrite(WithoutSender(write[0]));
        var events = ImmutableArray.CreateBuilder<IPersistentRepresentation>(write.Size);
        for (var i = 0; i < write.Size; i++)
            events.Add(WithoutSender(write[i]));
        return new AtomicWrite(events.MoveToImmutable());
    }

    private static IPersistentRepresentation WithoutSender(IPersistentRepresentation e) =>
        e.Update(e.SequenceNr, e.PersistenceId, e.IsDeleted, ActorRefs.NoSender, e.WriterGuid);
}
