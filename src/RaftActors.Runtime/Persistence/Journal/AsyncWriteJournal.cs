using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>
/// The base of journals: turns the protocol into calls of a few asynchronous methods. A write that takes longer than the plugin's <c>circuit-breaker.call-timeout</c>
/// is answered as failed; it may still come about, so a recovery waits for it.
/// </summary>
public abstract class AsyncWriteJournal : WriteJournalBase, IAsyncRecovery
{
    private readonly PluginCalls _calls;
    private readonly Dictionary<string, List<Task>> _outstanding = [];

    protected AsyncWriteJournal() => _calls = new PluginCalls(Context.System, Persistence.Instance.Apply(Context.System).PluginOf(Self).Config);

    /// <summary>Calls back for each event from the first to the last sequence number, at most <paramref name="max"/> of them.</summary>
    public abstract Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>Deleted events count; 0 if there are none at all.</summary>
    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

    /// <summary>
    /// Writes every atomic write as a whole or not at all. A failed task means that it is not known what was written. The result holds an entry for each, with the
    /// reason if it was rejected; null means that none was.
    /// </summary>
    protected abstract Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    protected sealed override bool Receive(object message) => ReceiveWriteJournal(message) || ReceivePluginInternal(message);

    protected virtual bool ReceivePluginInternal(object message) => false;

    protected bool ReceiveWriteJournal(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                _ = WriteAsync(write, Self);
                return true;
            case ReplayMessages replay:
                _ = ReplayAsync(replay, Self, Context, OutstandingOf(replay.PersistenceId));
                return true;
            case DeleteMessagesTo delete:
                _ = DeleteAsync(delete, Self);
                return true;
            default:
                return false;
        }
    }

    private async Task WriteAsync(WriteMessages write, IActorRef self)
    {
        Exception? failure = null;
        IReadOnlyList<Exception?>? rejections = null;
        try
        {
            var prepared = PreparePersistentBatch(write.Messages);
            var written = WriteMessagesAsync(prepared);
            Track(prepared, written);
            rejections = await _calls.WithTimeout(written).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
        }
        WriteOutcome.Tell(write, self, failure, rejections);
    }

    private static async Task DeleteAsync(DeleteMessagesTo delete, IActorRef self, Task deleted)
    {
        object answer;
        try
        {
            await deleted.ConfigureAwait(false);
            answer = new DeleteMessagesSuccess(delete.ToSequenceNr);
        }
        catch (Exception e)
        {
            answer = new DeleteMessagesFailure(e, delete.ToSequenceNr);
        }
        delete.PersistentActor.Tell(answer, self);
    }

    private Task DeleteAsync(DeleteMessagesTo delete, IActorRef self)
    {
        Task deleted;
        try
        {
            deleted = _calls.WithTimeout(DeleteMessagesToAsync(delete.PersistenceId, delete.ToSequenceNr));
        }
        catch (Exception e)
        {
            deleted = Task.FromException(e);
        }
        return DeleteAsync(delete, self, deleted);
    }

    private async Task ReplayAsync(ReplayMessages replay, IActorRef self, IActorContext context, Task outstanding)
    {
        object answer;
        try
        {
            await outstanding.ConfigureAwait(false);
            var highest = await _calls
                .WithTimeout(ReadHighestSequenceNrAsync(replay.PersistenceId, Math.Max(0, replay.FromSequenceNr - 1)))
                .ConfigureAwait(false);
            var to = Math.Min(replay.ToSequenceNr, highest);
            if (to > 0 && replay.FromSequenceNr <= to)
            {
                await ReplayMessagesAsync(context, replay.PersistenceId, replay.FromSequenceNr, to, replay.Max, persistent =>
                {
                    if (!persistent.IsDeleted)
                        replay.PersistentActor.Tell(new ReplayedMessage(persistent) { ActorInstanceId = replay.ActorInstanceId }, ActorRefs.NoSender);
                }).ConfigureAwait(false);
            }
            answer = new RecoverySuccess(highest) { ActorInstanceId = replay.ActorInstanceId };
        }
        catch (Exception e)
        {
            answer = new ReplayMessagesFailure(e) { ActorInstanceId = replay.ActorInstanceId };
        }
        replay.PersistentActor.Tell(answer, self);
    }

    private void Track(IEnumerable<AtomicWrite> prepared, Task written)
    {
        if (written.IsCompleted)
            return;
        foreach (var persistenceId in prepared.Select(write => write.PersistenceId).Distinct())
        {
            if (!_outstanding.TryGetValue(persistenceId, out var tasks))
                _outstanding.Add(persistenceId, tasks = []);
            tasks.RemoveAll(task => task.IsCompleted);
            tasks.Add(written);
        }
    }

    /// <summary>Completes when all writes of a persistence id have ended, whether well or not.</summary>
    private Task OutstandingOf(string persistenceId)
    {
        if (!_outstanding.TryGetValue(persistenceId, out var tasks) || tasks.TrueForAll(task => task.IsCompleted))
            return Task.CompletedTask;
        return Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
