using RaftActors.StateMachines;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Node;

/// <summary>Makes the node's state machine, and anew whenever the group's peer asks for another, and remembers the one in use.</summary>
/// <param name="watch">How much each remembers for watchers.</param>
internal sealed class KeyValueStores(WatchSettings watch)
{
    private volatile KeyValueStore? _current;

    /// <summary>How large the state in use is and what its digest is.</summary>
    public StateSummary Summary => _current?.Summary ?? default;

    /// <summary>The state machine in use; <c>null</c> before the first was made.</summary>
    public KeyValueStore? Current => _current;

    /// <summary>The histories that the state in use is of, oldest first; empty as long as that is not known.</summary>
    public IReadOnlyList<RaftActors.Membership.History> Histories => _current?.Histories ?? [];

    /// <summary>Makes a state machine.</summary>
    public IStateMachine Create()
    {
        var former = _current;
        _current = new KeyValueStore(new ChangeHistory(watch.HistoryChanges, watch.HistoryBytes));
        former?.Retire();
        return _current;
    }
}
