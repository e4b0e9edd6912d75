namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that can compute a digest of its state. The leader of a group then has all members compare their
/// digests from time to time, at one entry of the log (<see cref="RaftSettings.DigestInterval"/>). A replica that
/// differs from a majority of the voters stops serving, and is rebuilt from a snapshot of the leader.
/// </summary>
/// <remarks>
/// The comparison finds a state machine that is not deterministic, and a state that was changed from outside. Nodes
/// that compute the digest in different ways differ, too. So while you roll out another way node by node, set
/// <c>raft.digest-interval</c> to 0 on all nodes.
/// </remarks>
public interface IStateDigest
{
    /// <summary>
    /// Computes the digest of the whole present state. Equal states must have equal digests on every node, however the
    /// state was reached, and after <see cref="IStateMachine.Restore"/>. Called between two commands, which wait for
    /// it. So it is best if <see cref="IStateMachine.Apply"/> keeps the digest up to date.
    /// </summary>
    /// <exception cref="Exception">
    /// Any exception means that this replica is not compared this time. The state machine goes on.
    /// </exception>
    ulong Digest();
}
