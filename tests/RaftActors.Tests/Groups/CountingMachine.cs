using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Groups;

/// <summary>Answers each command with the number of commands so far.</summary>
internal sealed class CountingMachine : IStateMachine
{
    private long _count;

    public object? Apply(LogEntry entry, object command) => BitConverter.GetBytes(++_count);

    public object? Query(object request) => BitConverter.GetBytes(_count);

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_count)];

    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot);
        _count = reader.ReadInt64();
    }
}
