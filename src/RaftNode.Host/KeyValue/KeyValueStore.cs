using System.Text;
using Google.Protobuf;
using RaftActors.Coordination;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// The replicated key-value store: a map from keys to bytes, in which every value remembers the index of the entry that
/// wrote it. Beside it the group's leases: their commands and questions are bytes.
/// </summary>
/// <param name="group">The group's name.</param>
/// <param name="history">The changes that are remembered for watchers.</param>
/// <param name="ended">Told when the store is not used any more: nobody is to look at it.</param>
/// <remarks>
/// One actor calls the members of <see cref="IStateMachine"/>. Other threads may use all other members at the same
/// time.
/// </remarks>
internal sealed partial class KeyValueStore(
    ChangeHistory history, Action<KeyValueStore>? ended = null, string group = "")
    : IStateMachine, IPayloadReader, IHistoryAware, IStateDigest, IDisposable
{
    private const int PartSize = 64 * 1024;

    private readonly SnapshottedMap<Value> _values = new();
    private readonly LeaseStateMachine _leases = new(group);
    // What others may look at changes under this lock.
    private readonly Lock _lock = new();
    private StateSummary _summary;
    private volatile IReadOnlyList<History> _histories = [];

    /// <summary>The size and digest of the state after one applied command.</summary>
    public StateSummary Summary
    {
        get
        {
            lock (_lock)
                return _summary;
        }
    }

    /// <summary>The histories of the group to which the state belongs, oldest first.</summary>
    public IReadOnlyList<History> Histories => _histories;

    /// <inheritdoc/>
    public void EnterHistory(IReadOnlyList<History> histories)
    {
        lock (_lock)
        {
            _histories = histories;
            WakeWatchers();
        }
    }

    /// <inheritdoc/>
    public object? TryDecode(Payload payload) => payload.SerializerId == KeyValueSerializer.Number
        ? KeyValueSerializer.Decode(payload.Bytes.Span, payload.Manifest)
        : null;

    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        lock (_lock)
        {
            var digest = _summary.Digest;
            byte[]? lease = command is byte[] bytes && LeaseStateMachine.IsCommand(bytes) ? bytes : null;
            if (_leases.IsUsed && lease is null)
                _leases.Advance(entry);
            object? result = command switch
            {
                PutValue put => Put(put, entry.Index, ref digest),
                DeleteValue delete => Delete(delete, entry.Index, ref digest),
                byte[] when lease is not null => Lease(entry, lease),
                // An exception would restart the state machine, which would meet the same entry again, for ever, on
                // every replica.
                _ => new WriteResult(WriteOutcome.Unsupported, 0),
            };
            _summary = new StateSummary(entry.Index, _values.Count, digest);
            WakeWatchers();
            return result;
        }
    }

    /// <summary>
    /// The digest after the last command. Each write has kept it up to date, so the values are not read again.
    /// </summary>
    public ulong Digest() => unchecked(Summary.Digest + (_leases.IsUsed ? _leases.Digest() : 0));

    /// <summary>Called when another store replaces this one, or when the state was found to be wrong.</summary>
    public void Dispose()
    {
        ended?.Invoke(this);
        Retire();
        _leases.Dispose();
    }

    /// <inheritdoc/>
    public object? Query(object request) => request switch
    {
        GetValue get =>
            _values.TryGet(get.Key, out var value)
                ? new ValueFound(value.Version, value.Bytes)
                : ValueNotFound.Instance,
        ListKeys list => List(list),
        byte[] => _leases.Query(request),
        _ => throw new NotSupportedException($"The key-value store has no answer to a {request.GetType().Name}."),
    };

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        lock (_lock)
            return Parts(
                _values.TakeImage(),
                new Wire.SnapshotStart
                {
                    AppliedIndex = _summary.Index, Keys = _values.Count, HasLeases = _leases.IsUsed,
                },
                _leases.IsUsed ? _leases.TakeSnapshot() : []);
    }

    /// <inheritdoc/>
    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot, Encoding.UTF8, leaveOpen: true);
        var start = Wire.SnapshotStart.Parser.ParseFrom(ReadMessage(reader));
        lock (_lock)
        {
            ulong digest = 0;
            for (long i = 0; i < start.Keys; i++)
            {
                var stored = Wire.StoredValue.Parser.ParseFrom(ReadMessage(reader));
                var hash = StateDigest.Of(stored.Key, stored.Version, stored.Value.Span);
                digest = unchecked(digest + hash);
                _values.Set(stored.Key, new Value(stored.Value.Memory, stored.Version, hash));
            }
            if (start.HasLeases)
                _leases.Restore(snapshot);
            _summary = new StateSummary(start.AppliedIndex, _values.Count, digest);
            history.StartAfter(start.AppliedIndex);
            WakeWatchers();
        }
    }

    private static byte[] ReadMessage(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length
            ? bytes
            : throw new EndOfStreamException("The snapshot of the key-value store ends within a value.");
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(IEnumerable<KeyValuePair<string, Value>> image,
        Wire.SnapshotStart start, IEnumerable<ReadOnlyMemory<byte>> leases)
    {
        using var part = new MemoryStream();
        // One stream for all messages, because each stream has a buffer of its own.
        using var output = new CodedOutputStream(part, leaveOpen: true);
        output.WriteMessage(start);
        foreach (var (key, value) in image)
        {
            output.WriteMessage(new Wire.StoredValue { Key = key, Version = value.Version,
                Value = UnsafeByteOperations.UnsafeWrap(value.Bytes) });
            if (part.Length < PartSize)
                continue;
            output.Flush();
            yield return part.GetBuffer().AsMemory(0, (int)part.Length);
            part.SetLength(0);
        }
        output.Flush();
        yield return part.GetBuffer().AsMemory(0, (int)part.Length);
        foreach (var leasePart in leases)
            yield return leasePart;
    }

    private object? Lease(LogEntry entry, byte[] command)
    {
        try
        {
            return _leases.Apply(entry, command);
        }
        catch (NotSupportedException)
        {
            // A command of a later version: see above. The digest finds the replica that did not do it.
            return new WriteResult(WriteOutcome.Unsupported, 0);
        }
    }

    private WriteResult Put(PutValue put, long index, ref ulong digest)
    {
        var exists = _values.TryGet(put.Key, out var old);
        if (!put.Condition.Holds(exists ? old.Version : null))
            return new WriteResult(WriteOutcome.ConditionFailed, old.Version);
        var hash = StateDigest.Of(put.Key, index, put.Value.Span);
        _values.Set(put.Key, new Value(put.Value, index, hash));
        digest = unchecked(digest - old.Hash + hash);
        history.Add(new Change(index, put.Key, put.Value));
        return new WriteResult(exists ? WriteOutcome.Replaced : WriteOutcome.Created, index);
    }

    private WriteResult Delete(DeleteValue delete, long index, ref ulong digest)
    {
        var exists = _values.TryGet(delete.Key, out var old);
        if (!delete.Condition.Holds(exists ? old.Version : null))
            return new WriteResult(WriteOutcome.ConditionFailed, old.Version);
        if (!exists)
            return new WriteResult(WriteOutcome.NotFound, 0);
        _values.Remove(delete.Key);
        digest = unchecked(digest - old.Hash);
        history.Add(new Change(index, delete.Key, null));
        return new WriteResult(WriteOutcome.Deleted, index);
    }

    /// <summary>
    /// A value, the index of the entry that wrote it, and its part in the digest. The default means that there is no
    /// value, and has no part in the digest.
    /// </summary>
    private readonly record struct Value(ReadOnlyMemory<byte> Bytes, long Version, ulong Hash);
}
