using System.Buffers.Binary;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Cluster.Tests.Nodes;

/// <summary>The numbers that were proposed, each of 4 bytes. A question is answered with all of them.</summary>
internal sealed class NumberSet : IStateMachine
{
    private readonly SortedSet<int> _numbers = [];

    public static byte[] Bytes(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    public static IEnumerable<int> Numbers(byte[] bytes) =>
        bytes.Chunk(4).Select(static chunk => BinaryPrimitives.ReadInt32LittleEndian(chunk));

    public object? Apply(LogEntry entry, object command)
    {
        _numbers.Add(BinaryPrimitives.ReadInt32LittleEndian((byte[])command));
        return null;
    }

    public object? Query(object request) => All();

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [All()];

    public void Restore(Stream snapshot)
    {
        using var memory = new MemoryStream();
        snapshot.CopyTo(memory);
        _numbers.Clear();
        _numbers.UnionWith(Numbers(memory.ToArray()));
    }

    private byte[] All() => [.. _numbers.SelectMany(Bytes)];
}
