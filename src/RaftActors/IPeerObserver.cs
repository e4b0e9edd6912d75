namespace RaftActors;

/// <summary>
/// Sees the peers of a group on a node, so that a simulation can check the state in their memory. Called in a peer's
/// own turn.
/// </summary>
internal interface IPeerObserver
{
    /// <summary>A peer has recovered from its journal.</summary>
    void Recovered(RaftActor peer);

    /// <summary>A peer has stopped, whether or not it had recovered.</summary>
    void Stopped(RaftActor peer);
}
