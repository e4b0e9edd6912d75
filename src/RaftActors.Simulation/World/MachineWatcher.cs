using RaftActors.Log;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;

namespace RaftActors.Simulation.World;

/// <summary>Checks what the state machine of a process is given, and lets it fail when it should.</summary>
internal sealed class MachineWatcher(Violations violations, SimulatedProcess process, Invariants invariants)
    : IMachineWatcher
{
    // Of a process that has died nobody sees anything.
    private bool IsJudged => !process.IsDead && !process.Node.IsStranger;

    public void Applies(KeyValueMachine machine, LogEntry entry)
    {
        if (process.IsDead)
            return;
        var node = process.Node;
        process.Machine = machine;
        if (node.MachineFails)
        {
            node.MachineFails = false;
            throw new SimulatedMachineException();
        }
        if (IsJudged)
            violations.Check(() => invariants.Applies(node, machine.LastIndex, entry));
    }

    public void Applied(LogEntry entry, string key, string? value, string answer)
    {
        if (IsJudged)
            violations.Check(() => invariants.Applied(process.Node, entry, key, value, answer));
    }

    public void Captured(long index, string state)
    {
        if (IsJudged)
            violations.Check(() => invariants.Captured(process.Node, index, state));
    }

    public void ReadsImage(bool isLast) => violations.Check(() =>
    {
        if (!isLast && !process.IsDead)
            throw new SimulationViolation("one image at a time",
                $"The state machine of {process.Node} was asked for another image while one was being read.");
    });

    public void Restored(KeyValueMachine machine)
    {
        process.Machine = machine;
        if (IsJudged)
            violations.Check(() => invariants.Restored(process.Node, machine.LastIndex, machine.State));
    }
}
