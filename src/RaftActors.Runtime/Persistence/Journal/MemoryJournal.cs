using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Keeps events as long as the actor system lives.</summary>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly ConcurrentDictionary<string, Events> _events = new();

    /// <summary>A derived class may write when it is no longer handling the message.</summary>
    private readonly IScheduler _clock = Context.System.Scheduler;

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) => Task.FromResult(Of(persistenceId).Highest);

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var persistent in Of(persistenceId).Read(fromSequenceNr, toSequenceNr, max))
            recoveryCallback(persistent);
        return Task.CompletedTask;
    }

    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var now = _clock.Now.UtcTicks;
        foreach (var write in messages)
            Of(write.PersistenceId).Add(write, now);
        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        Of(persistenceId).DeleteTo(toSequenceNr);
        return Task.CompletedTask;
    }

    private Events Of(string persistenceId) => _events.GetOrAdd(persistenceId, static _ => new Events());

    private sealed class Events
    {
        private readonly List<IPersistentRepresentation> _events = [];

        public long Highest { get; private set; }

        public void Add(AtomicWrite write, long now)
        {
            lock (_events)
            {
                for (var i = 0; i < write.Size; i++)
                    _events.Add(write[i].WithTimestamp(now));
                Highest = Math.Max(Highest, write.HighestSequenceNr);
            }
        }

        public List<IPersistentRepresentation> Read(long from, long to, long max)
        {
            lock (_events)
            {
                return [.. _events.Where(e => e.SequenceNr >= from && e.SequenceNr <= to).Take((int)Math.Min(max, int.MaxValue))];
            }
        }

        public void DeleteTo(long sequenceNr)
        {
            lock (_events)
                _events.RemoveAll(e => e.SequenceNr <= sequenceNr);
        }
    }
}
