using RaftActors.StateMachines;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Node;

/// <summary>
/// Makes the node's state machine whenever the group's peer asks for one, and remembers the one in use.
/// </summary>
/// <param name="watch">How much each remembers for watchers.</param>
/// <param name="group">The group's name.</param>
internal sealed class KeyValueStores(WatchSettings watch, string group = "")
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<KeyValueStore> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile KeyValueStore? _current;

    /// <summary>The size and digest of the state in use.</summary>
    public StateSummary Summary => _current?.Summary ?? default;

    /// <summary>The state machine in use; <c>null</c> while there is none.</summary>
    public KeyValueStore? Current => _current;

    /// <summary>Waits for a state machine in use, and returns it.</summary>
    public Task<KeyValueStore> NextAsync()
    {
        lock (_lock)
            return _current is { } current ? Task.FromResult(current) : _next.Task;
    }

    /// <summary>
    /// The histories of the group to which the state in use belongs, oldest first. Empty as long as they are not known.
    /// </summary>
    public IReadOnlyList<RaftActors.Membership.History> Histories => _current?.Histories ?? [];

    /// <summary>Makes a state machine.</summary>
    public IStateMachine Create()
    {
        KeyValueStore store = new(
            new ChangeHistory(watch.HistoryChanges, watch.HistoryBytes), Ended, group);
        lock (_lock)
        {
            _current?.Retire();
            _current = store;
            _next.TrySetResult(store);
        }
        return store;
    }

    // Another state machine may have replaced this one before.
    private void Ended(KeyValueStore store)
    {
        lock (_lock)
        {
            if (_current != store)
                return;
            _current = null;
            _next = new TaskCompletionSource<KeyValueStore>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
