using RaftActors.Log;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;

namespace RaftActors.Simulation.World;

/// <summary>Checks what the state machine of a process is given, and has it fail when it is to.</summary>
internal sealed class MachineWatcher(Violations violations, SimulatedProcess process, Invariants invariants)
    : IMachineWatcher
{
    public void Applies(KeyValueMachine machine, LogEntry entry)
    {
        var node = process.Node;
        process.Machine = machine;
        if (node.MachineFails)
        {
            node.MachineFails = false;
            throw new SimulatedMachineException();
        }
        if (!node.IsStranger)
            violations.Check(() => invariants.Applies(node, machine.LastIndex, entry));
    }

    public void Applied(LogEntry entry, string key, string? value, string answer)
    {
        if (!process.Node.IsStranger)
            violations.Check(() => invariants.Applied(process.Node, entry, key, value, answer));
    }

    public void Captured(long index, string state)
    {
        if (!process.Node.IsStranger)
            violations.Check(() => invariants.Captured(process.Node, index, state));
    }

    public void ReadsImage(bool isLast) => violations.Check(() =>
    {
        if (!isLast)
            throw new SimulationViolation("one image at a time",
                $"The state machine of {process.Node} was asked for another image while one was being read.");
    });

    public void Restored(KeyValueMachine machine)
    {
        process.Machine = machine;
        if (!process.Node.IsStranger)
            violations.Check(() => invariants.Restored(process.Node, machine.LastIndex, machine.State));
    }
}
