using System.Text;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace SequenceGenerator;

/// <summary>Sequences of the numbers 1, 2, 3 and so on. A number is given out only once.</summary>
public sealed class Sequences : IStateMachine
{
    private const byte SnapshotForm = 1;
    private const int MostAtOnce = 1_000_000;

    private readonly SortedDictionary<string, long> _last = new(StringComparer.Ordinal);

    #region apply
    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        var (sequence, count) = SequenceMessages.ReadTake((byte[])command);
        // A mistake of a client gets an answer, the same on every node. An exception is for what this node cannot do.
        if (count is < 1 or > MostAtOnce)
            return SequenceMessages.Number(0);
        long last = _last.GetValueOrDefault(sequence);
        _last[sequence] = last + count;
        return SequenceMessages.Number(last + 1);
    }
    #endregion

    /// <inheritdoc/>
    public object? Query(object request) =>
        SequenceMessages.Number(_last.GetValueOrDefault(SequenceMessages.ReadLast((byte[])request)));

    /// <inheritdoc cref="IStateMachine"/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        // A copy, because it is enumerated later, while further commands are applied.
        KeyValuePair<string, long>[] image = [.. _last];
        return Parts(image);
    }

    /// <inheritdoc cref="IStateMachine"/>
    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadByte() is not SnapshotForm and var form)
            throw new NotSupportedException($"The snapshot has the form {form}; this version knows {SnapshotForm}.");
        for (int left = reader.ReadInt32(); left > 0; left--)
            _last.Add(reader.ReadString(), reader.ReadInt64());
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(KeyValuePair<string, long>[] image)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(SnapshotForm);
        writer.Write(image.Length);
        foreach (var (sequence, last) in image)
        {
            writer.Write(sequence);
            writer.Write(last);
        }
        writer.Flush();
        yield return bytes.ToArray();
    }
}
