using RaftActors.Log;
using RaftActors.StateMachines;

namespace WebCounter;

/// <summary>A counter. A command is a number to add, a <c>long</c>. The response is the new value.</summary>
public sealed class Counter : IStateMachine
{
    private long _value;

    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command) => _value += (long)command;

    /// <inheritdoc/>
    public object? Query(object request) => _value;

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_value)];

    /// <inheritdoc/>
    public void Restore(Stream snapshot)
    {
        var bytes = new byte[sizeof(long)];
        snapshot.ReadExactly(bytes);
        _value = BitConverter.ToInt64(bytes);
    }
}
