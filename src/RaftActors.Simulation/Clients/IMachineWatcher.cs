using RaftActors.Log;

namespace RaftActors.Simulation.Clients;

/// <summary>Told what a state machine is given and does.</summary>
internal interface IMachineWatcher
{
    /// <summary>It is about to apply an entry.</summary>
    void Applies(KeyValueMachine machine, LogEntry entry);

    /// <summary>
    /// It has applied that entry: the key that was concerned now has a value, or none, and this is the answer.
    /// </summary>
    void Applied(LogEntry entry, string key, string? value, string answer);

    /// <summary>Its state after an index is captured for a snapshot.</summary>
    void Captured(long index, string state);

    /// <summary>A part of an image is read, which is to be the last that was asked for.</summary>
    void ReadsImage(bool isLast);

    /// <summary>It has restored a state.</summary>
    void Restored(KeyValueMachine machine);
}
