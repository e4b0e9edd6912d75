using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Inspection;

/// <summary>
/// Reads a stopped peer's store as its recovery would, without starting or changing anything: the latest snapshot that is sound, and the events after it.
/// </summary>
public sealed class StoreInspector
{
    private readonly string _persistenceId;
    private readonly StoredRecords _records;
    private readonly StoreReport _report = new();
    private readonly List<string> _problems = [];
    // The terms of the log's entries: the first is that of the entry before FirstIndex.
    private readonly List<long> _terms = [0];
    private ConfigurationHistory _configurations = new(Configuration.None);

    // At which entry the state was found to be wrong, and up to which of these that does not hold for the snapshot's.
    private long _differsAt;
    private long _rebuiltAt;

    // The first event that cannot be read and that no later one cuts off, and what is wrong with it.
    private (long SequenceNr, string Problem)? _damaged;

    private StoreInspector(string persistenceId, StoredRecords records)
    {
        _persistenceId = persistenceId;
        _records = records;
    }

    private long BaseIndex => _report.FirstIndex - 1;

    private long LastIndex => BaseIndex + _terms.Count - 1;

    /// <summary>Reads a store.</summary>
    /// <param name="system">An actor system whose journal and snapshot store are the peer's.</param>
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
        long expected = start + 1;
        await foreach (var record in _records.EventsAsync(_persistenceId).ConfigureAwait(false))
        {
            if (record.Problem is not null)
            {
                _problems.Add($"the events from {record.SequenceNr} on cannot be read: {record.Problem}");
                break;
            }
            _report.Events++;
            if (_report.FirstEvent == 0)
                _report.FirstEvent = record.SequenceNr;
            _report.LastEvent = record.SequenceNr;
            if (record.SequenceNr <= start)
                continue;
            if (record.SequenceNr != expected)
                _problems.Add($"events {expected} to {record.SequenceNr - 1} are missing");
            expected = record.SequenceNr + 1;
            Read(record);
        }
        if (_damaged is { } damaged)
            _problems.Add(damaged.Problem);
        if (_differsAt > _rebuiltAt)
            _problems.Add($"its state was found to differ from that of a majority after entry {_differsAt}; a leader's takes its place once the node runs");
        var nothing = _report.Events == 0 && _report.Snapshots.Count == 0 && _problems.Count == 0;
        if (_report.StoreId is null && !nothing)
            _problems.Add("there is neither a first event nor a snapshot that can be read");
        _report.LastIndex = LastIndex;
        _report.LastTerm = _terms[^1];
        var members = _configurations.Latest;
        _report.ConfigurationIndex = _configurations.LatestIndex;
        _report.Voters = Members(members.Voters);
        _report.OutgoingVoters = Members(members.Outgoing);
        _report.Learners = Members(members.Learners);
        _report.Histories = members.Histories;
        _report.Problems = _problems;
        return _report;
    }

    // Returns the event up to which the latest sound snapshot stands for the journal.
    private async Task<long> ReadSnapshotsAsync()
    {
        var stored = new List<StoredSnapshot>();
        await foreach (var snapshot in _records.SnapshotsAsync(_persistenceId).ConfigureAwait(false))
            stored.Insert(0, snapshot);
        var found = new List<InspectedSnapshot>();
        long start = 0;
        foreach (var record in stored)
        {
            if (record.Snapshot is not SnapshotManifest manifest)
            {
                _problems.Add(record.Problem is not null
                    ? $"a snapshot cannot be loaded: {record.Problem}"
                    : $"the manifest of the snapshot for events up to {record.SequenceNr} cannot be read{ChunkStore.Problem(record.Snapshot)}");
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
            start = record.SequenceNr;
            StartFrom(manifest);
        }
        _report.Snapshots = found;
        return start;
    }

    private void StartFrom(SnapshotManifest manifest)
    {
        (_report.Group, _report.MemberId, _report.StoreId) = (manifest.Group, manifest.MemberId, manifest.StoreId);
        (_report.Term, _report.VotedFor) = (manifest.HardState.Term, manifest.HardState.VotedFor);
        (_differsAt, _rebuiltAt) = (manifest.HardState.DiffersAt, manifest.RebuiltAt);
        _report.FirstIndex = manifest.Snapshot.LastIncludedIndex + 1;
        _terms.Clear();
        _terms.Add(manifest.Snapshot.LastIncludedTerm);
        _configurations = new ConfigurationHistory(Configuration.None);
        _configurations.Reset(manifest.Snapshot.ConfigurationIndex, manifest.Snapshot.Configuration);
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

    private void Read(StoredEvent record)
    {
        switch (record.Event)
        {
            case PeerCreated created:
                (_report.Group, _report.MemberId, _report.StoreId) = (created.Group, created.MemberId, created.StoreId);
                break;
            case StoreRenewed renewed:
                _report.StoreId = renewed.StoreId;
                break;
            case Persisted persisted:
                Read(record.SequenceNr, persisted);
                break;
            case JournalCut cut when cut.From == _damaged?.SequenceNr:
                _damaged = null;
                break;
            case JournalCut cut when _damaged is null:
                _problems.Add($"event {record.SequenceNr} cuts off the events from {cut.From} on, which can be read");
                break;
            case JournalCut:
                break;
            case SnapshotInstalled installed when _damaged is null && !Has(installed):
                _problems.Add($"event {record.SequenceNr} goes on from a snapshot up to entry {installed.LastIncludedIndex} that cannot be read");
                break;
            case SnapshotInstalled:
                break;
            case MalformedMessage { IsUnknown: false } malformed:
                _damaged ??= (record.SequenceNr, $"event {record.SequenceNr} cannot be read: {malformed.Problem}; the log before it ends with entry {LastIndex}");
                break;
            case MalformedMessage malformed:
                _problems.Add($"event {record.SequenceNr} cannot be read: {malformed.Problem}; the log before it ends with entry {LastIndex}");
                break;
            default:
                _problems.Add($"event {record.SequenceNr} is none that a Raft peer writes");
                break;
        }
    }

    private void Read(long sequenceNr, Persisted persisted)
    {
        // A snapshot's manifest may be later than the event, and its term and vote with it.
        if (persisted.HardState is { } state && (state.Term > _report.Term || (state.Term == _report.Term && state.VotedFor is not null)))
            (_report.Term, _report.VotedFor) = (state.Term, state.VotedFor);
        _differsAt = Math.Max(_differsAt, persisted.HardState?.DiffersAt ?? 0);
        if (persisted.Batches.Count == 0 || _damaged is not null)
            return;
        if (persisted.PreviousIndex > LastIndex)
        {
            _problems.Add($"event {sequenceNr} goes on after entry {persisted.PreviousIndex}, but the log ends at {LastIndex}");
            return;
        }
        long keep = Math.Max(persisted.PreviousIndex, BaseIndex);
        if (keep < LastIndex)
        {
            _terms.RemoveRange((int)(keep - BaseIndex) + 1, (int)(LastIndex - keep));
            _configurations.TruncateAfter(keep);
        }
        foreach (var batch in persisted.Batches)
            foreach (var entry in batch.Entries)
                if (entry.Index > BaseIndex)
                    Append(entry);
    }

    private void Append(LogEntry entry)
    {
        if (entry.Index != LastIndex + 1 || entry.Term < _terms[^1])
            _problems.Add($"entry {entry.Index} of term {entry.Term} follows entry {LastIndex} of term {_terms[^1]}");
        _terms.Add(entry.Term);
        if (entry.Kind != EntryKind.Configuration)
            return;
        if (entry.Payload.TryReadConfiguration() is { } configuration)
            _configurations.Append(entry.Index, configuration);
        else
            _problems.Add($"the configuration at entry {entry.Index} cannot be read");
    }

    private bool Has(SnapshotInstalled installed) => installed.LastIncludedIndex >= BaseIndex && installed.LastIncludedIndex <= LastIndex
        && _terms[(int)(installed.LastIncludedIndex - BaseIndex)] == installed.LastIncludedTerm;

    private static IReadOnlyList<Member> Members(ReadOnlySpan<Voter> servers)
    {
        var members = new List<Member>();
        foreach (var server in servers)
            members.Add(server.Member);
        return members;
    }
}
