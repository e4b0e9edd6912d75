using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that is told who leads its group, and which role the peer of its node has. It is told <b>out of the
/// order of the log</b>: at another moment on each node, not at all on some, and not again when entries are applied
/// again. So the state must not depend on these calls. They are for effects of one node, for example to fill a cache
/// on the leader's node.
/// </summary>
/// <remarks>
/// The actor that applies commands makes these calls between two commands, so they come later than the change itself.
/// By then somebody else may lead. To act for the group, use a <see cref="Singletons.RaftSingleton"/>, which has a
/// fencing token. A state machine that is built anew is first told what its peer knows. An exception is logged, and the
/// state machine goes on.
/// </remarks>
public interface ILeadershipAware
{
    /// <summary>Called when the peer of this node has learned of another leader, or that there is none.</summary>
    /// <param name="former">
    /// The leader that this state machine was told of before; <c>null</c> if it was told of none.
    /// </param>
    /// <param name="leader">The leader; <c>null</c> when the peer knows none.</param>
    /// <param name="term">The peer's term.</param>
    void LeaderChanged(Member? former, Member? leader, long term);

    /// <summary>Called when the peer of this node has another role.</summary>
    /// <param name="role">The peer's role.</param>
    /// <param name="term">The peer's term.</param>
    void RoleChanged(RaftRole role, long term);
}
