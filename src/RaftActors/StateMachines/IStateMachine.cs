using RaftActors.Log;

namespace RaftActors.StateMachines;

/// <summary>A deterministic state machine, replicated by the group's log.</summary>
/// <remarks>
/// Called by one actor, one call at a time. The state must depend on nothing but the entries applied so far, in their order: no clock other than
/// <see cref="LogEntry.Time"/>, no randomness, no input or output. An exception from <see cref="Apply"/> restarts the state machine, which is built anew and given every entry again.
/// </remarks>
public interface IStateMachine
{
    /// <summary>Applies a committed command.</summary>
    /// <param name="entry">The entry: its index, term and time.</param>
    /// <param name="command">The command as it was proposed: a <c>byte[]</c>, or what the registered serializer made of the payload.</param>
    /// <returns>The response for the proposer: <c>null</c>, a <c>byte[]</c>, or an object whose type has a registered serializer.</returns>
    object? Apply(LogEntry entry, object command);

    /// <summary>Answers a question from the present state, without changing it.</summary>
    /// <param name="request">The request, as in <see cref="Client.Query"/>.</param>
    /// <returns>The answer: <c>null</c>, a <c>byte[]</c>, or an object whose type has a registered serializer.</returns>
    /// <exception cref="Exception">Any exception is reported to the asker as <see cref="Client.FailureReason.StateMachineFailed"/>; the state machine goes on.</exception>
    object? Query(object request);
}
