using System.Collections.Concurrent;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.TestKit.Journals;

/// <summary>A serialized event or snapshot.</summary>
internal sealed record StoredObject(byte[] Bytes, int SerializerId, string Manifest);

/// <summary>The events and snapshots of a peer, by persistence id.</summary>
internal sealed class InMemoryStore
{
    private readonly ConcurrentDictionary<string, StoredStream> _streams = new(StringComparer.Ordinal);

    public StoredStream Stream(string persistenceId) => _streams.GetOrAdd(persistenceId, _ => new StoredStream());

    public void Clear() => _streams.Clear();

    /// <summary>Replaces the contents by those of another store.</summary>
    public void CopyFrom(InMemoryStore other)
    {
        _streams.Clear();
        foreach (var (persistenceId, stream) in other._streams)
            Stream(persistenceId).CopyFrom(stream);
    }

    /// <summary>Changes a bit in the last byte of an event.</summary>
    public void DamageEvent(Func<byte[], bool> which)
    {
        foreach (var stream in _streams.Values)
            stream.DamageEvent(which);
    }

    /// <summary>
    /// Damages the last chunk of the latest snapshot, of the snapshot before it, or of all snapshots.
    /// </summary>
    public void DamageSnapshots(bool missing, bool all, bool before = false)
    {
        foreach (var (persistenceId, stream) in _streams.ToArray())
        {
            if (stream.LatestSnapshot(static (_, _) => true) is not { } latest
                || new RaftSerializer(null!)
                .FromBinary(latest.Snapshot.Bytes, latest.Snapshot.Manifest) is not SnapshotManifest manifest)
                continue;
            for (int slot = 0; slot < ChunkStore.Slots; slot++)
                if (all || slot == (before ? manifest.Previous?.Slot : manifest.Slot))
                    Stream(PersistenceIds.OfChunks(persistenceId, slot)).DamageLastSnapshot(missing);
        }
    }
}

/// <summary>The events and snapshots under one persistence id. Thread-safe.</summary>
internal sealed class StoredStream
{
    private readonly SortedDictionary<long, (StoredObject Event, string Manifest, string WriterGuid)> _events = [];
    private readonly SortedDictionary<long, (DateTime Time, StoredObject Snapshot)> _snapshots = [];
    private long _highest;

    public long HighestSequenceNr
    {
        get
        {
            lock (this)
                return _highest;
        }
    }

    public void CopyFrom(StoredStream other)
    {
        lock (other)
        {
            foreach (var (sequenceNr, stored) in other._events)
                _events.Add(sequenceNr, stored);
            foreach (var (sequenceNr, stored) in other._snapshots)
                _snapshots.Add(sequenceNr, stored);
            _highest = other._highest;
        }
    }

    public void Append(long sequenceNr, StoredObject stored, string manifest, string writerGuid)
    {
        lock (this)
        {
            if (!_events.TryAdd(sequenceNr, (stored, manifest, writerGuid)))
                throw new InvalidOperationException($"Sequence number {sequenceNr} was written before.");
            _highest = Math.Max(_highest, sequenceNr);
        }
    }

    public List<(long SequenceNr, StoredObject Event, string Manifest, string WriterGuid)> Read(long from, long to,
        long max)
    {
        lock (this)
        {
            var read = new List<(long, StoredObject, string, string)>();
            foreach (var (sequenceNr, stored) in _events)
            {
                if (sequenceNr >= from && sequenceNr <= to && read.Count < max)
                    read.Add((sequenceNr, stored.Event, stored.Manifest, stored.WriterGuid));
            }
            return read;
        }
    }

    public void DeleteEvents(long to)
    {
        lock (this)
        {
            foreach (long sequenceNr in _events.Keys.Where(sequenceNr => sequenceNr <= to).ToList())
                _events.Remove(sequenceNr);
        }
    }

    public void SaveSnapshot(long sequenceNr, DateTime time, StoredObject snapshot)
    {
        lock (this)
            _snapshots[sequenceNr] = (time, snapshot);
    }

    /// <summary>The latest snapshot that meets criteria, up to a sequence number.</summary>
    public (long SequenceNr, DateTime Time, StoredObject Snapshot)? LatestSnapshot(SnapshotSelectionCriteria criteria,
        long toSequenceNr) =>
        LatestSnapshot((sequenceNr, time) =>
            sequenceNr >= criteria.MinSequenceNr && sequenceNr <= Math.Min(criteria.MaxSequenceNr, toSequenceNr)
            && time <= criteria.MaxTimeStamp && (criteria.MinTimestamp is not { } earliest || time >= earliest));

    public (long SequenceNr, DateTime Time, StoredObject Snapshot)? LatestSnapshot(Func<long, DateTime, bool> matches)
    {
        lock (this)
        {
            foreach (var (sequenceNr, stored) in _snapshots.Reverse())
            {
                if (matches(sequenceNr, stored.Time))
                    return (sequenceNr, stored.Time, stored.Snapshot);
            }
            return null;
        }
    }

    /// <summary>Changes a bit in the last byte of the first event that a condition selects.</summary>
    /// <returns>The sequence number of the event; 0 if there is none.</returns>
    public long DamageEvent(Func<byte[], bool> which)
    {
        lock (this)
        {
            foreach (var (sequenceNr, stored) in _events)
            {
                if (!which(stored.Event.Bytes))
                    continue;
                byte[] bytes = (byte[])stored.Event.Bytes.Clone();
                bytes[^1] ^= 1;
                _events[sequenceNr] = (stored.Event with { Bytes = bytes }, stored.Manifest, stored.WriterGuid);
                return sequenceNr;
            }
            return 0;
        }
    }

    /// <summary>Changes the last byte of the last snapshot, or removes it.</summary>
    public void DamageLastSnapshot(bool missing)
    {
        lock (this)
        {
            if (_snapshots.Count == 0)
                return;
            var (sequenceNr, (time, snapshot)) = _snapshots.Last();
            _snapshots.Remove(sequenceNr);
            if (missing)
                return;
            byte[] bytes = (byte[])snapshot.Bytes.Clone();
            bytes[^1] ^= 1;
            _snapshots.Add(sequenceNr, (time, snapshot with { Bytes = bytes }));
        }
    }

    /// <summary>Changes the bytes of a snapshot.</summary>
    public void Replace(long sequenceNr, Func<byte[], byte[]> change)
    {
        lock (this)
        {
            if (_snapshots.TryGetValue(sequenceNr, out var stored))
                _snapshots[sequenceNr] = (stored.Time, stored.Snapshot with { Bytes = change(stored.Snapshot.Bytes) });
        }
    }

    public void DeleteSnapshot(long sequenceNr)
    {
        lock (this)
            _snapshots.Remove(sequenceNr);
    }

    /// <summary>
    /// Deletes snapshots up to the upper bounds. Many stores ignore the lower bounds of a deletion,
    /// Akka.Persistence.Sql among them.
    /// </summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria)
    {
        lock (this)
        {
            foreach (long sequenceNr in _snapshots.Where(stored => stored.Key <= criteria.MaxSequenceNr
                && stored.Value.Time <= criteria.MaxTimeStamp).Select(stored => stored.Key).ToList())
                _snapshots.Remove(sequenceNr);
        }
    }
}
