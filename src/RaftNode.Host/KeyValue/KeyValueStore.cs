using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftNode.Host.KeyValue;

/// <summary>The replicated key-value store: a map from keys to bytes, in which every value remembers the index of the entry that wrote it.</summary>
/// <param name="history">The changes that are remembered for watchers.</param>
/// <remarks>What an <see cref="IStateMachine"/> has is called by one actor; everything else may be called by others at the same time.</remarks>
internal sealed partial class KeyValueStore(ChangeHistory history) : IStateMachine
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    // What others may look at changes under this lock.
    private readonly Lock _lock = new();
    private StateSummary _summary;

    /// <summary>The state's size and digest, as of one applied command.</summary>
    public StateSummary Summary
    {
        get
        {
            lock (_lock)
                return _summary;
        }
    }

    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        lock (_lock)
        {
            var digest = _summary.Digest;
            var result = command switch
            {
                PutValue put => Put(put, entry.Index, ref digest),
                DeleteValue delete => Delete(delete, entry.Index, ref digest),
                // An exception would restart the state machine, which would meet the same entry again, for ever, on every replica.
                _ => new WriteResult(WriteOutcome.Unsupported, 0),
            };
            _summary = new StateSummary(entry.Index, _values.Count, digest);
            WakeWatchers();
            return result;
        }
    }

    /// <inheritdoc/>
    public object? Query(object request) => request switch
    {
        GetValue get => _values.TryGetValue(get.Key, out var value) ? new ValueFound(value.Version, value.Bytes) : ValueNotFound.Instance,
        _ => throw new NotSupportedException($"The key-value store has no answer to a {request.GetType().Name}."),
    };

    private WriteResult Put(PutValue put, long index, ref ulong digest)
    {
        var exists = _values.TryGetValue(put.Key, out var old);
        if (!put.Condition.Holds(exists ? old.Version : null))
            return new WriteResult(WriteOutcome.ConditionFailed, old.Version);
        var hash = StateDigest.Of(put.Key, index, put.Value.Span);
        _values[put.Key] = new Value(put.Value, index, hash);
        digest = unchecked(digest - old.Hash + hash);
        history.Add(new Change(index, put.Key, put.Value));
        return new WriteResult(exists ? WriteOutcome.Replaced : WriteOutcome.Created, index);
    }

    private WriteResult Delete(DeleteValue delete, long index, ref ulong digest)
    {
        var exists = _values.TryGetValue(delete.Key, out var old);
        if (!delete.Condition.Holds(exists ? old.Version : null))
            return new WriteResult(WriteOutcome.ConditionFailed, old.Version);
        if (!exists)
            return new WriteResult(WriteOutcome.NotFound, 0);
        _values.Remove(delete.Key);
        digest = unchecked(digest - old.Hash);
        history.Add(new Change(index, delete.Key, null));
        return new WriteResult(WriteOutcome.Deleted, index);
    }

    /// <summary>A value, the entry that wrote it, and what it contributes to the digest. The default stands for no value and contributes nothing.</summary>
    private readonly record struct Value(ReadOnlyMemory<byte> Bytes, long Version, ulong Hash);
}
