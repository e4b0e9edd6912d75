using Akka.Actor;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Inspection;

/// <summary>
/// Reads a stopped peer's store as the peer's recovery would, without starting or changing anything. It reads the
/// latest undamaged snapshot and the events after it, up to the first event from which the peer could not go on.
/// </summary>
public sealed class StoreInspector
{
    private readonly string _persistenceId;
    private readonly StoredRecords _records;
    private readonly StoreReport _report = new();
    private readonly List<string> _problems = [];
    private readonly Replay _replay;

    // Whether the peer could not go on from an event or from the snapshot.
    private bool _isRefused;

    private StoreInspector(string persistenceId, StoredRecords records)
    {
        _persistenceId = persistenceId;
        _records = records;
        _replay = new Replay(persistenceId);
    }

    /// <summary>Reads a store.</summary>
    /// <param name="system">An actor system with the peer's journal and snapshot store.</param>
    /// <param name="persistenceId">The peer's persistence id: see <see cref="PersistenceIds.OfPeer"/>.</param>
    /// <exception cref="IOException">A plugin cannot be started, or does not answer.</exception>
    public static Task<StoreReport> InspectAsync(ActorSystem system, string persistenceId)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new StoreInspector(persistenceId, new StoredRecords(system)).InspectAsync();
    }

    private async Task<StoreReport> InspectAsync()
    {
        var start = await ReadSnapshotsAsync().ConfigureAwait(false);
        await foreach (var record in _records.EventsAsync(_persistenceId).ConfigureAwait(false))
        {
            if (record.Event is not { } @event)
            {
                _problems.Add($"the events from {record.SequenceNr} on cannot be read: {record.Problem}");
                break;
            }
            _report.Events++;
            if (_report.FirstEvent == 0)
                _report.FirstEvent = record.SequenceNr;
            _report.LastEvent = record.SequenceNr;
            if (record.SequenceNr > start)
                Try(() => _replay.Apply(record.SequenceNr, @event));
        }
        if (_replay is { IsDamaged: true, Damage: var damage })
        {
            _problems.Add($"event {damage!.SequenceNr} cannot be read: {damage.Problem}; "
                + $"the log before it ends with entry {damage.LastIndex}");
        }
        var differsAt = _replay.HardState.DiffersAt;
        if (differsAt > _replay.RebuiltAt)
        {
            _problems.Add($"its state was found to differ from that of a majority after entry {differsAt}; "
                + "a leader's takes its place once the node runs");
        }
        var nothing = _report.Events == 0 && _report.Snapshots.Count == 0 && _problems.Count == 0;
        if (_replay.StoreId.Length == 0 && !nothing && !_isRefused)
            _problems.Add("there is neither a first event nor a snapshot that can be read");
        Report();
        return _report;
    }

    private void Report()
    {
        if (_replay.FoundOwner is { } owner)
            (_report.Group, _report.MemberId, _report.StoreId) = (owner.Group, owner.MemberId, _replay.StoreId);
        (_report.Term, _report.VotedFor) = (_replay.HardState.Term, _replay.HardState.VotedFor);
        var log = _replay.Log;
        (_report.FirstIndex, _report.LastIndex, _report.LastTerm) = (log.FirstIndex, log.LastIndex, log.LastTerm);
        var members = _replay.Configurations.Latest;
        _report.ConfigurationIndex = _replay.Configurations.LatestIndex;
        _report.Voters = Members(members.Voters);
        _report.OutgoingVoters = Members(members.Outgoing);
        _report.Learners = Members(members.Learners);
        _report.Histories = members.Histories;
        _report.Problems = _problems;
    }

    // After an event that the peer would refuse, nothing more is read.
    private void Try(Action read)
    {
        if (_isRefused)
            return;
        try
        {
            read();
        }
        catch (JournalException refused)
        {
            _isRefused = true;
            _problems.Add(refused.Problem);
        }
    }

    // Returns the last event that the latest undamaged snapshot replaces.
    private async Task<long> ReadSnapshotsAsync()
    {
        var stored = new List<StoredSnapshot>();
        await foreach (var snapshot in _records.SnapshotsAsync(_persistenceId).ConfigureAwait(false))
            stored.Insert(0, snapshot);
        var found = new List<InspectedSnapshot>();
        (long SequenceNr, SnapshotManifest Manifest)? latest = null;
        foreach (var record in stored)
        {
            if (record.Snapshot is not SnapshotManifest manifest)
            {
                _problems.Add(record.Problem is not null
                    ? $"a snapshot cannot be loaded: {record.Problem}"
                    : $"the manifest of the snapshot for events up to {record.SequenceNr} cannot be read"
                        + ChunkStore.Problem(record.Snapshot));
                continue;
            }
            var snapshot = manifest.Snapshot;
            var content = snapshot.Content;
            var problem = await VerifyAsync(manifest).ConfigureAwait(false);
            found.Add(new InspectedSnapshot(
                record.SequenceNr, snapshot.LastIncludedIndex, snapshot.LastIncludedTerm,
                content.Length, content.Chunks, content.Sha256, problem));
            if (problem is not null)
            {
                _problems.Add($"the snapshot up to entry {snapshot.LastIncludedIndex} is damaged: {problem}");
                continue;
            }
            latest = (record.SequenceNr, manifest);
        }
        _report.Snapshots = found;
        if (latest is not { } start)
            return 0;
        Try(() => _replay.StartFrom(start.SequenceNr, start.Manifest));
        return start.SequenceNr;
    }

    private async Task<string?> VerifyAsync(SnapshotManifest manifest)
    {
        var content = manifest.Snapshot.Content;
        var chunks = PersistenceIds.OfChunks(_persistenceId, manifest.Slot);
        using var digest = new ContentDigest();
        while (digest.Chunks < content.Chunks)
        {
            int number = digest.Chunks + 1;
            object? stored = await _records.SnapshotAsync(chunks, number).ConfigureAwait(false);
            if (stored is not SnapshotChunk chunk)
                return $"chunk {number} of {content.Chunks} is missing or cannot be read{ChunkStore.Problem(stored)}";
            digest.Add(chunk.Data.Span);
        }
        return digest.Content == content ? null : $"its checksum is {digest.Content.Sha256}, not {content.Sha256}";
    }

    private static IReadOnlyList<Member> Members(ReadOnlySpan<Server> servers)
    {
        var members = new List<Member>();
        foreach (var server in servers)
            members.Add(server.Member);
        return members;
    }
}
