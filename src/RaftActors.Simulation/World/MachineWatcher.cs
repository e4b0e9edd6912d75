using RaftActors.Log;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;

namespace RaftActors.Simulation.World;

/// <summary>Checks what the state machine of a process is given, and has it fail when it is to.</summary>
internal sealed class MachineWatcher(SimulatedWorld world, SimulatedNode node, Invariants invariants) : IMachineWatcher
{
    public void Applies(long previous, LogEntry entry)
    {
        if (node.MachineFails)
        {
            node.MachineFails = false;
            throw new SimulatedMachineException();
        }
        world.Check(() => invariants.Applies(node, previous, entry));
    }

    public void Applied(LogEntry entry, string key, string? value, string answer) => world.Check(() => invariants.Applied(node, entry, key, value, answer));

    public void Captured(long index, string state) => world.Check(() => invariants.Captured(node, index, state));

    public void Restored(long index, string state) => world.Check(() => invariants.Restored(node, index, state));
}
