using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>The state machine of the examples: a count. A command is the byte to add to the count.</summary>
internal sealed class Counter : IStateMachine
{
    private byte _count;

    public object? Apply(LogEntry entry, object command) => new[] { _count += ((byte[])command)[0] };

    public object? Query(object request) => new[] { _count };

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [new[] { _count }];

    public void Restore(Stream snapshot) => _count = (byte)snapshot.ReadByte();
}
