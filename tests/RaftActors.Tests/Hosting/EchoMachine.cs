using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Hosting;

/// <summary>Answers each command and each request with itself.</summary>
internal sealed class EchoMachine : IStateMachine
{
    public object? Apply(LogEntry entry, object command) => command;

    public object? Query(object request) => request;

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

    public void Restore(Stream snapshot)
    {
    }
}
