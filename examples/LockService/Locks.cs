using System.Text;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace LockService;

/// <summary>
/// Locks with leases. Whether a lease has ended is decided by the log time of the command that asks. That time is the
/// same on every node; no node's clock has a part in it.
/// </summary>
/// <remarks>
/// A holder that was paused may believe that it still holds a lock that another owner holds by now. So each holder has
/// a token: the index of the entry that granted the lock. The resource that the lock protects refuses a token lower
/// than one it has seen: <see cref="FencedStore{T}"/>.
/// </remarks>
public sealed class Locks : IStateMachine
{
    private const byte SnapshotForm = 1;

    private readonly SortedDictionary<string, LockHolder> _holders = new(StringComparer.Ordinal);

    #region log-time
    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        var asked = LockCommand.Read((byte[])command);
        // A lease that has ended does not count.
        if (_holders.TryGetValue(asked.Lock, out var holder) && entry.Time >= holder.ExpiresAt)
            _holders.Remove(asked.Lock);
        holder = _holders.GetValueOrDefault(asked.Lock, LockHolder.None);
        return Apply(entry, asked, holder).ToBytes();
    }
    #endregion

    /// <inheritdoc/>
    public object? Query(object request) =>
        _holders.GetValueOrDefault(Encoding.UTF8.GetString((byte[])request), LockHolder.None).ToBytes();

    /// <inheritdoc cref="IStateMachine"/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        KeyValuePair<string, LockHolder>[] image = [.. _holders];
        return Parts(image);
    }

    /// <inheritdoc cref="IStateMachine"/>
    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadByte() is not SnapshotForm and var form)
            throw new NotSupportedException($"The snapshot has the form {form}; this version knows {SnapshotForm}.");
        for (int left = reader.ReadInt32(); left > 0; left--)
            _holders.Add(reader.ReadString(), LockHolder.Read(reader));
    }

    private LockHolder Apply(LogEntry entry, LockCommand asked, LockHolder holder)
    {
        bool isHolder = holder.Token > 0 && holder.Token == asked.Token;
        switch (asked.Verb)
        {
            case LockVerb.Acquire when holder.Token == 0:
                return _holders[asked.Lock] = new LockHolder(asked.Owner, entry.Index, entry.Time + asked.Milliseconds);
            case LockVerb.Renew when isHolder:
                return _holders[asked.Lock] = holder with { ExpiresAt = entry.Time + asked.Milliseconds };
            case LockVerb.Release when isHolder:
                _holders.Remove(asked.Lock);
                return LockHolder.None;
            default:
                return holder;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(KeyValuePair<string, LockHolder>[] image)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(SnapshotForm);
        writer.Write(image.Length);
        foreach (var (name, holder) in image)
        {
            writer.Write(name);
            holder.Write(writer);
        }
        writer.Flush();
        yield return bytes.ToArray();
    }
}
