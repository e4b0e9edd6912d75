using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Persistence.Sqlite.Snapshots;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite;

/// <summary>
/// The snapshot store plugin. Name this class as <c>class</c> in a section of the configuration. The plugin implements
/// the snapshot store protocol itself. If a journal has the same file, both share the writer of the database.
/// </summary>
public sealed class SqliteSnapshotStore : ActorBase
{
    private readonly DatabaseAccess _access;
    private readonly bool _publish;

    /// <summary>Akka.Persistence calls this constructor.</summary>
    /// <param name="config">The plugin's section.</param>
    public SqliteSnapshotStore(Config config)
    {
        _access = new DatabaseAccess(
            Context.System, Self.Path.Name, config, SqlitePersistence.SnapshotStoreId, Context.GetLogger());
        _publish = Akka.Persistence.Persistence.Instance.Apply(Context.System).Settings.Internal.PublishPluginCommands;
    }

    /// <inheritdoc/>
    protected override void PreStart() => _access.Start(Self);

    /// <inheritdoc/>
    protected override void PostStop() => _access.Stop();

    /// <inheritdoc/>
    protected override bool Receive(object message)
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
                Delete(delete);
                return true;
            case DeleteSnapshots delete:
                Delete(delete);
                return true;
            case CheckSnapshotStoreHealth:
                Sender.Tell(new SnapshotStoreHealthCheckResponse(_access.CheckHealth()), Self);
                return true;
            case DatabaseAccess.Watch:
                _access.ReportOverdue();
                return true;
            default:
                return false;
        }
    }

    private void Load(LoadSnapshot request)
    {
        if (request.Criteria.Equals(SnapshotSelectionCriteria.None))
        {
            Sender.Tell(new LoadSnapshotResult(null, request.ToSequenceNr), Self);
            return;
        }
        try
        {
            var database = _access.Database;
            var props = Props.Create(typeof(SnapshotLoad), database, request, Sender).WithDispatcher(
                Context.Props.Dispatcher);
            var load = Context.ActorOf(props);
            // The load begins after all earlier writes of the actor, including those reported as stalled.
            var read = new PendingRead(
                _access.Now, failure => load.Tell(new SnapshotLoad.Begin(failure), ActorRefs.NoSender));
            database.Writer.ReadAfterWritesOf(request.PersistenceId, read);
        }
        catch (Exception e)
        {
            Sender.Tell(new LoadSnapshotFailed(e), Self);
        }
    }

    private void Save(SaveSnapshot request)
    {
        var (self, asker, given) = (Self, Sender, request.Metadata);
        var metadata = given.Timestamp == DateTime.MinValue
            ? new SnapshotMetadata(given.PersistenceId, given.SequenceNr, Context.System.Scheduler.Now.UtcDateTime)
            : given;
        void Finished(Exception? failure) => asker.Tell(
            failure is null ? new SaveSnapshotSuccess(metadata) : new SaveSnapshotFailure(metadata, failure), self);
        try
        {
            var payload = Payloads.Write(Context.System.Serialization, request.Snapshot);
            var (writer, created) = (_access.Database.Writer, metadata.Timestamp.Ticks);
            writer.Write(new SaveSnapshotWork(metadata.PersistenceId, metadata.SequenceNr, created, payload, failure =>
            {
                Finished(failure);
                // The actor was told that the save failed, so it does not know of a snapshot that is written later and
                // will not delete it. Delete that snapshot here.
                if (failure is SqliteDatabaseException { Fault: SqliteFault.Stalled })
                {
                    var bounds = new SnapshotBounds(metadata.SequenceNr, metadata.SequenceNr, created, created);
                    writer.Write(new DeleteSnapshotsWork(metadata.PersistenceId, bounds, _ => { }));
                }
            }) { Queued = _access.Now });
        }
        catch (Exception e)
        {
            Finished(e);
        }
    }

    private void Delete(DeleteSnapshot request)
    {
        var metadata = request.Metadata;
        var latest = metadata.Timestamp == DateTime.MinValue ? long.MaxValue : metadata.Timestamp.Ticks;
        var bounds = new SnapshotBounds(metadata.SequenceNr, metadata.SequenceNr, 0, latest);
        Delete(request, metadata.PersistenceId, bounds, failure => failure is null
            ? new DeleteSnapshotSuccess(metadata)
            : new DeleteSnapshotFailure(metadata, failure));
    }

    private void Delete(DeleteSnapshots request)
    {
        var criteria = request.Criteria;
        Delete(request, request.PersistenceId, SnapshotLoad.Bounds(criteria), failure => failure is null
            ? new DeleteSnapshotsSuccess(criteria)
            : new DeleteSnapshotsFailure(criteria, failure));
    }

    private void Delete(
        object request, string persistenceId, SnapshotBounds bounds, Func<Exception?, ISnapshotResponse> answer)
    {
        var (self, asker, events, publish) = (Self, Sender, Context.System.EventStream, _publish);
        void Finished(Exception? failure)
        {
            asker.Tell(answer(failure), self);
            if (publish)
                events.Publish(request);
        }
        try
        {
            _access.Database.Writer.Write(
                new DeleteSnapshotsWork(persistenceId, bounds, Finished) { Queued = _access.Now });
        }
        catch (Exception e)
        {
            Finished(e);
        }
    }
}
