using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// Fills an empty store with a snapshot, from which a peer then starts. The founder writes the events that bind the
/// store to the member and say that the log goes on from the snapshot, then the chunks, and last the manifest. Without
/// the manifest no peer starts. So an incomplete store is never taken for the store of a new member.
/// </summary>
internal sealed class StoreFounder : OfflineWriter
{
    private const int Slot = 0;

    private readonly SnapshotManifest _manifest;
    private readonly IEnumerator<byte[]> _chunks;
    private int _written;
    private bool _isEmpty = true;
    private bool _manifestIsSent;

    public StoreFounder(string persistenceId, SnapshotManifest manifest, IEnumerable<byte[]> chunks,
        TaskCompletionSource done)
        : base(persistenceId, done)
    {
        _manifest = manifest with { Slot = Slot };
        _chunks = chunks.GetEnumerator();
    }

    public static Props Props(string persistenceId, SnapshotManifest manifest, IEnumerable<byte[]> chunks,
        TaskCompletionSource done) =>
        Akka.Actor.Props.Create(() => new StoreFounder(persistenceId, manifest, chunks, done));

    protected override void PostStop()
    {
        _chunks.Dispose();
        base.PostStop();
    }

    protected override void OnRecover(object message)
    {
        if (message is not RecoveryCompleted)
            _isEmpty = false;
        else if (_isEmpty)
            Found();
        else
            Fail("The store is not empty.", null);
    }

    protected override void OnCommand(object message)
    {
        if (message is not SaveSnapshotSuccess)
            base.OnCommand(message);
        else if (_manifestIsSent)
            Succeed();
        else
            WriteNext();
    }

    private void Found()
    {
        var created =
            new PeerCreated(PeerCreated.CurrentFormat, _manifest.Group, _manifest.MemberId, _manifest.StoreId);
        var (index, term) = (_manifest.Snapshot.LastIncludedIndex, _manifest.Snapshot.LastIncludedTerm);
        IRaftMessage[] events = [created, new SnapshotInstalled(index, term)];
        PersistAll(events, @event =>
        {
            if (@event is SnapshotInstalled)
                WriteNext();
        });
    }

    private void WriteNext()
    {
        if (_chunks.MoveNext())
        {
            new ChunkStore(SnapshotStore, PersistenceId, Slot, TimeProvider.System)
                .Save(++_written, _chunks.Current, Self);
            return;
        }
        _manifestIsSent = true;
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, LastSequenceNr, DateTime.UtcNow),
            _manifest), Self);
    }
}
