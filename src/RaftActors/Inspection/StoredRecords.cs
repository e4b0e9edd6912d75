using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Inspection;

/// <summary>
/// Reads the journal and the snapshot store of a stopped peer through the configured plugins. No request changes
/// anything.
/// </summary>
internal sealed class StoredRecords
{
    // The number of events in a page. A page is in memory at once, and an event may be as large as a batch of entries.
    private const int PageSize = 32;

    // A plugin that fails to start may never answer. Reading a page takes far less time than a peer's recovery.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system;
    private readonly IActorRef _journal;
    private readonly IActorRef _snapshots;

    /// <summary>Finds the plugins in the actor system's configuration.</summary>
    /// <exception cref="IOException">A plugin cannot be started.</exception>
    public StoredRecords(ActorSystem system)
    {
        _system = system;
        try
        {
            var persistence = Persistence.Instance.Apply(system);
            _journal = persistence.JournalFor(null);
            _snapshots = persistence.SnapshotStoreFor(null);
        }
        catch (Exception e)
        {
            throw new IOException($"The journal or the snapshot store cannot be opened: {Reason(e)}", e);
        }
    }

    /// <summary>
    /// The snapshots of a persistence id, the latest first. A snapshot that cannot be loaded is the last one returned.
    /// </summary>
    /// <exception cref="IOException">The snapshot store does not answer.</exception>
    public async IAsyncEnumerable<StoredSnapshot> SnapshotsAsync(string persistenceId)
    {
        var criteria = SnapshotSelectionCriteria.Latest;
        while (true)
        {
            var found = await LoadAsync(persistenceId, criteria).ConfigureAwait(false);
            if (found is null)
                yield break;
            yield return found;
            if (found.Problem is not null || found.SequenceNr <= 0)
                yield break;
            criteria = new SnapshotSelectionCriteria(found.SequenceNr - 1);
        }
    }

    /// <summary>
    /// The snapshot of a persistence id with a sequence number; <c>null</c> if there is none, or if it cannot be read.
    /// </summary>
    /// <exception cref="IOException">The snapshot store does not answer.</exception>
    public async Task<object?> SnapshotAsync(string persistenceId, long sequenceNr)
    {
        var found = await LoadAsync(persistenceId, new SnapshotSelectionCriteria(sequenceNr)).ConfigureAwait(false);
        return found?.SequenceNr == sequenceNr ? found.Snapshot : null;
    }

    /// <summary>
    /// The events of a persistence id that are not deleted, in order. An event that cannot be read is the last one
    /// returned.
    /// </summary>
    /// <exception cref="IOException">The journal does not answer.</exception>
    public async IAsyncEnumerable<StoredEvent> EventsAsync(string persistenceId)
    {
        var next = 1L;
        while (true)
        {
            var page = await ReplayAsync(persistenceId, next).ConfigureAwait(false);
            foreach (var stored in page.Events)
                yield return stored;
            if (page.Events is [.., var last])
                next = last.SequenceNr + 1;
            if (page.Failure is { } failure)
            {
                yield return new StoredEvent(next, null, failure);
                yield break;
            }
            if (page.Events.Count < PageSize)
                yield break;
        }
    }

    private async Task<StoredSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        try
        {
            var load = new LoadSnapshot(persistenceId, criteria, long.MaxValue);
            return await _snapshots.Ask<object>(load, Patience).ConfigureAwait(false) switch
            {
                LoadSnapshotResult { Snapshot: { } found } =>
                    new StoredSnapshot(found.Metadata.SequenceNr, found.Snapshot, null),
                LoadSnapshotFailed failed => new StoredSnapshot(0, null, Reason(failed.Cause)),
                _ => null,
            };
        }
        catch (AskTimeoutException e)
        {
            throw new IOException("The snapshot store does not answer.", e);
        }
    }

    private async Task<Page> ReplayAsync(string persistenceId, long from)
    {
        var page = new TaskCompletionSource<Page>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = _system.ActorOf(Props.Create(() => new PageReader(_journal, persistenceId, from, page)));
        try
        {
            return await page.Task.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new IOException("The journal does not answer.", e);
        }
        finally
        {
            _system.Stop(reader);
        }
    }

    private static string Reason(Exception failure) => failure.GetBaseException().Message.ReplaceLineEndings(" ");

    private sealed record Page(IReadOnlyList<StoredEvent> Events, string? Failure);

    /// <summary>Collects the answers to one request to the journal.</summary>
    private sealed class PageReader : ReceiveActor
    {
        private readonly List<StoredEvent> _events = [];

        public PageReader(IActorRef journal, string persistenceId, long from, TaskCompletionSource<Page> page)
        {
            Receive<ReplayedMessage>(message => Add(message.Persistent));
            Receive<RecoverySuccess>(_ => page.TrySetResult(new Page(_events, null)));
            Receive<ReplayMessagesFailure>(failure => page.TrySetResult(new Page(_events, Reason(failure.Cause))));
            journal.Tell(new ReplayMessages(from, long.MaxValue, PageSize, persistenceId, Self));
        }

        private void Add(IPersistentRepresentation stored) =>
            _events.Add(new StoredEvent(stored.SequenceNr, stored.Payload, null));
    }
}

/// <summary>An event of a journal.</summary>
/// <param name="SequenceNr">
/// The sequence number. For an event that cannot be read, the number that it would have.
/// </param>
/// <param name="Event">The event.</param>
/// <param name="Problem">Why this event and those after it cannot be read; <c>null</c> if it was read.</param>
internal sealed record StoredEvent(long SequenceNr, object? Event, string? Problem);

/// <summary>A snapshot of a snapshot store.</summary>
/// <param name="SequenceNr">The sequence number; 0 for a snapshot that cannot be loaded.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Problem">Why the snapshot cannot be loaded; <c>null</c> if it was loaded.</param>
internal sealed record StoredSnapshot(long SequenceNr, object? Snapshot, string? Problem);
