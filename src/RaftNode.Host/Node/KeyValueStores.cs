using RaftActors.StateMachines;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Node;

/// <summary>Makes the node's state machine, and anew whenever the group's peer asks for another, and remembers the one in use.</summary>
internal sealed class KeyValueStores
{
    private volatile KeyValueStore? _current;

    /// <summary>How large the state in use is and what its digest is.</summary>
    public StateSummary Summary => _current?.Summary ?? default;

    /// <summary>Makes a state machine.</summary>
    public IStateMachine Create() => _current = new KeyValueStore();
}
