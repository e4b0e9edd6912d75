using Akka.Actor;
using Akka.Persistence;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Snapshots;

/// <summary>Loads one snapshot, concurrently with the writer and with other loads.</summary>
internal sealed class SnapshotLoad : UntypedActor
{
    private readonly Database _database;
    private readonly LoadSnapshot _request;
    private readonly IActorRef _asker;

    /// <summary>Akka.NET calls this constructor by reflection.</summary>
    /// <param name="database">The database to read.</param>
    /// <param name="request">The request.</param>
    /// <param name="asker">The actor that gets the answer.</param>
    public SnapshotLoad(Database database, LoadSnapshot request, IActorRef asker)
    {
        _database = database;
        _request = request;
        _asker = asker;
    }

    /// <summary>The bounds that criteria set.</summary>
    public static SnapshotBounds Bounds(SnapshotSelectionCriteria criteria) => new(
        criteria.MinSequenceNr, criteria.MaxSequenceNr,
        criteria.MinTimestamp.GetValueOrDefault().Ticks, criteria.MaxTimeStamp.Ticks);

    /// <summary>The writes of the actor have ended, or took too long. The load may begin, or fails.</summary>
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
