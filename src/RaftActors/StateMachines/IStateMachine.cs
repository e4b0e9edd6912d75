using RaftActors.Log;

namespace RaftActors.StateMachines;

/// <summary>A deterministic state machine, replicated by the group's log.</summary>
/// <remarks>
/// One actor calls the methods, one call at a time. The state must depend only on the entries applied so far, in their
/// order. Use no clock other than <see cref="LogEntry.Time"/>, no randomness, no input or output. An exception from
/// <see cref="Apply"/> restarts the state machine: it is built again, restored from the latest snapshot, and given the
/// entries after the snapshot again. A state machine that is <see cref="IDisposable"/> is disposed when it is no longer
/// used: because another one replaces it, or because the peer stops. If the state machine is an
/// <see cref="IStateDigest"/>, its digests are compared with those of the other members.
/// </remarks>
public interface IStateMachine
{
    /// <summary>Applies a committed command.</summary>
    /// <param name="entry">The entry: its index, term and time.</param>
    /// <param name="command">
    /// The command as it was proposed: a <c>byte[]</c>, or the object that the registered serializer made of the
    /// payload.
    /// </param>
    /// <returns>
    /// The response for the proposer: <c>null</c>, a <c>byte[]</c>, or an object whose type has a registered
    /// serializer.
    /// </returns>
    object? Apply(LogEntry entry, object command);

    /// <summary>Answers a query from the present state, without changing the state.</summary>
    /// <param name="request">The request, as in <see cref="Client.Query"/>.</param>
    /// <returns>
    /// The answer: <c>null</c>, a <c>byte[]</c>, or an object whose type has a registered serializer.
    /// </returns>
    /// <exception cref="Exception">
    /// Any exception is reported to the sender of the query as <see cref="Client.FailureReason.StateMachineFailed"/>.
    /// The state machine goes on.
    /// </exception>
    object? Query(object request);

    /// <summary>
    /// Captures the present state, so that <see cref="Restore"/> can bring it back. Called between two commands. The
    /// capture itself must be quick, because commands and queries wait for it.
    /// </summary>
    /// <returns>
    /// The bytes of the captured state, in parts of any size. The parts are asked for one by one,
    /// <b>later and on another thread, while further commands are applied</b>. So the enumeration must not read the
    /// state that <see cref="Apply"/> changes. It must read a copy, an immutable collection, or data from which later
    /// changes are kept apart. The enumerator is disposed when the snapshot is complete or given up, and before this
    /// method is called again. A part is used before the next one is asked for.
    /// </returns>
    /// <exception cref="Exception">
    /// Any exception means that no snapshot is taken this time. The state machine goes on.
    /// </exception>
    IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot();

    /// <summary>
    /// Replaces the state by that of a snapshot. Called on a new state machine, before anything else.
    /// </summary>
    /// <param name="snapshot">
    /// The bytes that <see cref="TakeSnapshot"/> returned, on this or another node, maybe in another version. The
    /// stream is forward only. Do not keep it.
    /// </param>
    /// <exception cref="Exception">
    /// Any exception stops the state machine. After a while a new state machine is built and tries again.
    /// </exception>
    void Restore(Stream snapshot);
}
