using System.Buffers.Binary;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Hosting.Tests;

/// <summary>
/// Adds up the bytes of its commands; a command and a question are answered with the sum, as 8 bytes.
/// </summary>
internal sealed class Counter : IStateMachine
{
    private long _sum;

    public object? Apply(LogEntry entry, object command)
    {
        foreach (byte value in (byte[])command)
            _sum += value;
        return Sum();
    }

    public object? Query(object request) => Sum();

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [Sum()];

    public void Restore(Stream snapshot)
    {
        var bytes = new byte[8];
        snapshot.ReadExactly(bytes);
        _sum = BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private byte[] Sum()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, _sum);
        return bytes;
    }
}
