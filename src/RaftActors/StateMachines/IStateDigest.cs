namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that can say a digest of its state. Then the leader of a group has all members say theirs from time
/// to time, at one entry of the log (<see cref="RaftSettings.DigestInterval"/>). A replica that differs from a majority
/// of the voters serves nothing any more, and is built anew from a snapshot of the leader.
/// </summary>
/// <remarks>
/// What this finds is a state machine that is not deterministic, and a state that was changed from outside. Wherever
/// the digest is computed in another way, replicas differ: while nodes with another way are brought in one after the
/// other, set <c>raft.digest-interval</c> to 0 on all nodes.
/// </remarks>
public interface IStateDigest
{
    /// <summary>
    /// The digest of the whole state as it is now: equal for equal states, on every node, in whatever way the state was
    /// reached, and after <see cref="IStateMachine.Restore"/>. Called between two commands, which wait for it: best
    /// kept up to date by <see cref="IStateMachine.Apply"/>.
    /// </summary>
    /// <exception cref="Exception">
    /// Any exception means that this replica is not compared this time; the state machine goes on.
    /// </exception>
    ulong Digest();
}
