using Akka.Actor;

namespace Akka.Persistence.Snapshot;

/// <summary>The base of snapshot stores: turns the protocol into calls of a few asynchronous methods, whose outcomes it answers.</summary>
public abstract class SnapshotStore : ActorBase
{
    private readonly PluginCalls _calls;

    protected SnapshotStore() => _calls = new PluginCalls(Context.System, Persistence.Instance.Apply(Context.System).PluginOf(Self).Config);

    protected sealed override bool Receive(object message) => ReceiveRequest(message) || ReceiveOutcome(message) || ReceivePluginInternal(message);

    /// <summary>The latest snapshot within the bounds, or null.</summary>
    protected abstract Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Gets the plugin's own messages, and sees the outcomes of saving and deleting before they are answered.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    private bool ReceiveRequest(object message)
    {
        switch (message)
        {
            case LoadSnapshot load:
                Load(load);
                return true;
            case SaveSnapshot save:
                Save(save);
                return true;
            case DeleteSnapshot delete:
                Answer(() => DeleteAsync(delete.Metadata), () => new DeleteSnapshotSuccess(delete.Metadata), e => new DeleteSnapshotFailure(delete.Metadata, e));
                return true;
            case DeleteSnapshots delete:
                Answer(
                    () => DeleteAsync(delete.PersistenceId, delete.Criteria),
                    () => new DeleteSnapshotsSuccess(delete.Criteria),
                    e => new DeleteSnapshotsFailure(delete.Criteria, e));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Outcomes come back to this actor first, under the name of who asked.</summary>
    private bool ReceiveOutcome(object message)
    {
        if (message is not ISnapshotResponse)
            return false;
        try
        {
            ReceivePluginInternal(message);
            if (message is SaveSnapshotFailure failure)
                _ = Ignored(() => DeleteAsync(failure.Metadata));
        }
        finally
        {
            Sender.Tell(message, Self);
        }
        return true;
    }

    private void Load(LoadSnapshot load)
    {
        if (load.Criteria.Equals(SnapshotSelectionCriteria.None))
            Sender.Tell(new LoadSnapshotResult(null, load.ToSequenceNr), Self);
        else
            _ = LoadAsync(load, Sender, Self);
    }

    private async Task LoadAsync(LoadSnapshot load, IActorRef asker, IActorRef self)
    {
        object answer;
        try
        {
            var snapshot = await _calls.WithTimeout(LoadAsync(load.PersistenceId, load.Criteria.Limit(load.ToSequenceNr))).ConfigureAwait(false);
            answer = new LoadSnapshotResult(snapshot, load.ToSequenceNr);
        }
        catch (Exception e)
        {
            answer = new LoadSnapshotFailed(e);
        }
        asker.Tell(answer, self);
    }

    private void Save(SaveSnapshot save)
    {
        var given = save.Metadata;
        var metadata = given.Timestamp == DateTime.MinValue
            ? new SnapshotMetadata(given.PersistenceId, given.SequenceNr, Context.System.Scheduler.Now.UtcDateTime)
            : given;
        Answer(() => SaveAsync(metadata, save.Snapshot), () => new SaveSnapshotSuccess(metadata), e => new SaveSnapshotFailure(metadata, e));
    }

    private void Answer(Func<Task> call, Func<object> success, Func<Exception, object> failure) => _ = AnswerAsync(call, success, failure, Sender, Self);

    private async Task AnswerAsync(Func<Task> call, Func<object> success, Func<Exception, object> failure, IActorRef asker, IActorRef self)
    {
        object answer;
        try
        {
            await _calls.WithTimeout(call()).ConfigureAwait(false);
            answer = success();
        }
        catch (Exception e)
        {
            answer = failure(e);
        }
        self.Tell(answer, asker);
    }

    /// <summary>For what is only tidied up: a snapshot that could not be saved need not exist to be deleted.</summary>
    private static async Task Ignored(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The failure that is answered is the one of saving it.
        }
    }
}
