using RaftActors.Log;

namespace RaftActors.Simulation.Clients;

/// <summary>Watches the calls and effects of a state machine.</summary>
internal interface IMachineWatcher
{
    /// <summary>Called before the state machine applies an entry.</summary>
    void Applies(KeyValueMachine machine, LogEntry entry);

    /// <summary>
    /// Called when it has applied the entry. The key now has this value, or none, and this is the answer.
    /// </summary>
    void Applied(LogEntry entry, string key, string? value, string answer);

    /// <summary>Called when its state after an index is captured for a snapshot.</summary>
    void Captured(long index, string state);

    /// <summary>Called when a part of an image is read. Only the image that was asked for last may be read.</summary>
    void ReadsImage(bool isLast);

    /// <summary>Called when it has restored a state.</summary>
    void Restored(KeyValueMachine machine);
}
