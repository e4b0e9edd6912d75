using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Snapshot;

namespace Akka.Persistence.Sql.Snapshot;

internal sealed class SqlSnapshotStore : SnapshotStore
{
    private readonly SqlAccess _access;

    public SqlSnapshotStore(Config config) => _access = new SqlAccess(Context.System, config, Context.GetLogger());

    protected override void PreStart() => _access.TryOpen();

    protected override void PostStop() => _access.Release();

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        var read = new Read(persistenceId, Bounds(criteria));
        var self = Self;
        // Behind whatever still had to be written, also what was reported as timed out; and then not on the writer's thread.
        _access.Database.Writer.Write(new SqlBarrier(() => self.Tell(read, ActorRefs.NoSender)));
        return read.Result.Task;
    }

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        var payload = SqlPayloads.Write(Context.System.Serialization, snapshot);
        return Write(finished => new SqlSaveSnapshot(metadata.PersistenceId, metadata.SequenceNr, metadata.Timestamp.Ticks, payload, finished));
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        var latest = metadata.Timestamp == DateTime.MinValue ? long.MaxValue : metadata.Timestamp.Ticks;
        var bounds = new SqlSnapshotBounds(metadata.SequenceNr, metadata.SequenceNr, 0, latest);
        return Write(finished => new SqlDeleteSnapshots(metadata.PersistenceId, bounds, finished));
    }

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Write(finished => new SqlDeleteSnapshots(persistenceId, Bounds(criteria), finished));

    protected override bool ReceivePluginInternal(object message)
    {
        if (message is not Read read)
            return false;
        try
        {
            read.Result.SetResult(_access.Database.Read(reader => reader.ReadSnapshot(read.PersistenceId, read.Bounds)) is { } row ? Selected(read, row) : null);
        }
        catch (Exception e)
        {
            read.Result.SetException(e);
        }
        return true;
    }

    private static SqlSnapshotBounds Bounds(SnapshotSelectionCriteria criteria) =>
        new(criteria.MinSequenceNr, criteria.MaxSequenceNr, criteria.MinTimestamp.GetValueOrDefault().Ticks, criteria.MaxTimeStamp.Ticks);

    private SelectedSnapshot Selected(Read read, in SqlSnapshot row) => new(
        new SnapshotMetadata(read.PersistenceId, row.SequenceNr, new DateTime(row.Created, DateTimeKind.Utc)),
        SqlPayloads.Read(Context.System.Serialization, row.Payload));

    private Task Write(Func<Action<Exception?>, SqlWork> work)
    {
        var written = new TaskCompletionSource();
        _access.Database.Writer.Write(work(failure =>
        {
            if (failure is null)
                written.SetResult();
            else
                written.SetException(failure);
        }));
        return written.Task;
    }

    private sealed record Read(string PersistenceId, SqlSnapshotBounds Bounds)
    {
        public TaskCompletionSource<SelectedSnapshot?> Result { get; } = new();
    }
}
