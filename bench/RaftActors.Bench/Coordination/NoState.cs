using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Bench;

/// <summary>A state machine without a state.</summary>
internal sealed class NoState : IStateMachine
{
    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command) => null;

    /// <inheritdoc/>
    public object? Query(object request) => null;

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

    /// <inheritdoc/>
    public void Restore(Stream snapshot)
    {
    }
}
