using RaftActors.Log;

namespace RaftActors.Simulation.Clients;

/// <summary>Told what a state machine is given, before it does it.</summary>
internal interface IMachineWatcher
{
    /// <summary>It applies an entry; the last one that it applied was <paramref name="previous"/>.</summary>
    void Applies(long previous, LogEntry entry);

    /// <summary>Its state after an index is captured for a snapshot.</summary>
    void Captured(long index, string state);

    /// <summary>It has restored a state.</summary>
    void Restored(long index, string state);
}
