using Akka.Actor;
using Akka.Persistence;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Snapshots;

/// <summary>Loads one snapshot, beside the writer and beside other loads.</summary>
internal sealed class SnapshotLoad : UntypedActor
{
    private readonly Database _database;
    private readonly LoadSnapshot _request;
    private readonly IActorRef _asker;

    /// <summary>Made by reflection.</summary>
    /// <param name="database">What to read.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="asker">Who asked.</param>
    public SnapshotLoad(Database database, LoadSnapshot request, IActorRef asker)
    {
        _database = database;
        _request = request;
        _asker = asker;
    }

    /// <summary>The bounds that a criteria says.</summary>
    public static SnapshotBounds Bounds(SnapshotSelectionCriteria criteria) => new(
        criteria.MinSequenceNr, criteria.MaxSequenceNr,
        criteria.MinTimestamp.GetValueOrDefault().Ticks, criteria.MaxTimeStamp.Ticks);

    /// <summary>What a load is told when the writes of its actor have ended, or when they took too long.</summary>
    internal sealed record Begin(Exception? Failure);

    protected override void OnReceive(object message)
    {
        if (message is not Begin begin)
        {
            Unhandled(message);
            return;
        }
        _asker.Tell(begin.Failure is { } failure ? new LoadSnapshotFailed(failure) : Load(), Context.Parent);
        Context.Stop(Self);
    }

    private ISnapshotResponse Load()
    {
        try
        {
            var bounds = Bounds(_request.Criteria);
            bounds = bounds with { MaxSequenceNr = Math.Min(bounds.MaxSequenceNr, _request.ToSequenceNr) };
            var row = _database.Read(reader => reader.ReadSnapshot(_request.PersistenceId, bounds));
            return new LoadSnapshotResult(row is { } snapshot ? Selected(snapshot) : null, _request.ToSequenceNr);
        }
        catch (Exception e)
        {
            return new LoadSnapshotFailed(e);
        }
    }

    private SelectedSnapshot Selected(in StoredSnapshot snapshot)
    {
        var what = $"The snapshot {snapshot.SequenceNr} of {_request.PersistenceId}";
        var loaded = Payloads.Read(Context.System.Serialization, snapshot.Payload, _database.Path, what);
        var created = new DateTime(snapshot.Created, DateTimeKind.Utc);
        return new SelectedSnapshot(new SnapshotMetadata(_request.PersistenceId, snapshot.SequenceNr, created), loaded);
    }
}
