using RaftActors.Log;
using RaftActors.StateMachines;

namespace FencedSingleton;

/// <summary>
/// The group of the nodes, of which this example needs only the leader. So the state machine has no state.
/// </summary>
internal sealed class Billing : IStateMachine
{
    public object? Apply(LogEntry entry, object command) => null;

    public object? Query(object request) => null;

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

    public void Restore(Stream snapshot)
    {
    }
}
