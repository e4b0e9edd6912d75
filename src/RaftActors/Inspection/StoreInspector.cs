using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Inspection;

/// <summary>
/// Reads a stopped peer's store as its recovery would, without starting or changing anything: the latest snapshot that is sound, and the events after it.
/// </summary>
public sealed class StoreInspector
{
    private readonly string _persistenceId;
    private readonly IStoredRecords _records;
    private readonly StoreReport _report = new();
    private readonly List<string> _problems = [];
    // The terms of the log's entries: the first is that of the entry before FirstIndex.
    private readonly List<long> _terms = [0];
    private ConfigurationHistory _configurations = new(Configuration.None);

    private StoreInspector(string persistenceId, IStoredRecords records)
    {
        _persistenceId = persistenceId;
        _records = records;
    }

    private long BaseIndex => _report.FirstIndex - 1;

    private long LastIndex => BaseIndex + _terms.Count - 1;

    /// <summary>Reads a store.</summary>
    /// <param name="persistenceId">The peer's persistence id, <c>raft-GROUP-MEMBER</c>.</param>
    /// <param name="records">What is stored.</param>
    public static StoreReport Inspect(string persistenceId, IStoredRecords records) => new StoreInspector(persistenceId, records).Inspect();

    private StoreReport Inspect()
    {
        var start = ReadSnapshots();
        long expected = start + 1;
        foreach (var record in _records.Events(_persistenceId))
        {
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
        if (_report.StoreId is null)
            _problems.Add("there is neither a first event nor a snapshot that can be read");
        _report.LastIndex = LastIndex;
        _report.LastTerm = _terms[^1];
        var members = _configurations.Latest;
        _report.ConfigurationIndex = _configurations.LatestIndex;
        _report.Voters = Members(members.Voters);
        _report.OutgoingVoters = Members(members.Outgoing);
        _report.Learners = Members(members.Learners);
        _report.Problems = _problems;
        return _report;
    }

    // Returns the event up to which the latest sound snapshot stands for the journal.
    private long ReadSnapshots()
    {
        var found = new List<InspectedSnapshot>();
        long start = 0;
        foreach (var record in _records.Snapshots(_persistenceId))
        {
            if (Parse(record) is not SnapshotManifest manifest)
            {
                _problems.Add($"the manifest of the snapshot for events up to {record.SequenceNr} cannot be read");
                continue;
            }
            var snapshot = manifest.Snapshot;
            var problem = Verify(manifest);
            found.Add(new InspectedSnapshot(
                record.SequenceNr, snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.Content.Length, snapshot.Content.Chunks, snapshot.Content.Sha256, problem));
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
        _report.FirstIndex = manifest.Snapshot.LastIncludedIndex + 1;
        _terms.Clear();
        _terms.Add(manifest.Snapshot.LastIncludedTerm);
        _configurations = new ConfigurationHistory(Configuration.None);
        _configurations.Reset(manifest.Snapshot.ConfigurationIndex, manifest.Snapshot.Configuration);
    }

    private string? Verify(SnapshotManifest manifest)
    {
        var content = manifest.Snapshot.Content;
        using var digest = new ContentDigest();
        foreach (var record in _records.Snapshots($"{_persistenceId}-snapshot-{manifest.Slot}"))
        {
            if (digest.Chunks == content.Chunks)
                break;
            if (record.SequenceNr != digest.Chunks + 1 || Parse(record) is not SnapshotChunk chunk)
                break;
            digest.Add(chunk.Data.Span);
        }
        if (digest.Chunks < content.Chunks)
            return $"chunk {digest.Chunks + 1} of {content.Chunks} is missing or cannot be read";
        return digest.Content == content ? null : $"its checksum is {digest.Content.Sha256}, not {content.Sha256}";
    }

    private void Read(StoredRecord record)
    {
        switch (Parse(record))
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
            case SnapshotInstalled installed when !Has(installed):
                _problems.Add($"event {record.SequenceNr} goes on from a snapshot up to entry {installed.LastIncludedIndex} that cannot be read");
                break;
            case SnapshotInstalled:
                break;
            case MalformedMessage malformed:
                _problems.Add($"event {record.SequenceNr} cannot be read: {malformed.Problem}");
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
        if (persisted.Batches.Count == 0)
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

    private static object Parse(StoredRecord record) => RaftSerializer.ReadStored(record.Bytes, record.Manifest);

    private static IReadOnlyList<Member> Members(ReadOnlySpan<Voter> servers)
    {
        var members = new List<Member>();
        foreach (var server in servers)
            members.Add(server.Member);
        return members;
    }
}
