using Akka.Actor;
using Akka.Configuration;

namespace RaftActors.Client;

/// <summary>
/// A client of a group. It finds the leader, has a session, and tries again until it has an answer. Each command is
/// applied once, however often the client tried (dissertation, section 6.3). It returns tasks; <see cref="Props"/>
/// makes the same client as an actor. Thread-safe.
/// </summary>
/// <remarks>
/// Commands that are under way at the same time may be applied in any order. To have an order, await one command before
/// you propose the next. A command fails as <see cref="FailureReason.OutcomeUnknown"/> only when its deadline passed,
/// or when its session expired because no peer could be reached for the session's timeout.
/// </remarks>
public sealed class RaftClient : IAsyncDisposable
{
    private readonly IActorRef _actor;

    // Cancelled when the actor has stopped. Messages that come later, or were in its mailbox, get no other answer.
    private readonly CancellationTokenSource _stopped;
    private readonly TaskCreationOptions _continuations;

    private RaftClient(IActorRef actor, CancellationTokenSource stopped, bool continueInline)
    {
        _actor = actor;
        _stopped = stopped;
        _continuations = continueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
    }

    /// <summary>Starts a client. Its session is opened with the first command.</summary>
    /// <param name="system">The actor system in which the client runs.</param>
    /// <param name="settings">How the client runs.</param>
    /// <exception cref="ConfigurationException">The settings are not consistent.</exception>
    public static RaftClient Start(ActorSystem system, RaftClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        var stopped = new CancellationTokenSource();
        return new RaftClient(system.ActorOf(Akka.Actor.Props.Create(() => new RaftClientActor(settings, stopped))),
            stopped, settings.ContinueInline);
    }

    /// <summary>
    /// The client as an actor. It answers <see cref="Propose"/> and <see cref="Query"/> as a peer does, after as many
    /// attempts as necessary. It sets the session and the number of a proposal itself, and always answers when the
    /// command is applied. If it is stopped, its session expires later.
    /// </summary>
    /// <param name="settings">How the client runs.</param>
    /// <exception cref="ConfigurationException">The settings are not consistent.</exception>
    public static Props Props(RaftClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        return Akka.Actor.Props.Create(() => new RaftClientActor(settings, null));
    }

    /// <summary>Proposes a command, which is applied exactly once.</summary>
    /// <param name="command">A <c>byte[]</c>, or an object whose type has a registered serializer.</param>
    /// <param name="deadline">When to give up; <c>null</c> for <see cref="RaftClientSettings.Deadline"/>.</param>
    /// <param name="cancellationToken">Ends the wait. The command may still be applied.</param>
    /// <returns>Where the command is in the log, and the state machine's response.</returns>
    /// <exception cref="RaftClientException">
    /// The command failed. The exception says whether the command may have been applied.
    /// </exception>
    public Task<Proposed> ProposeAsync(object command, TimeSpan? deadline = null,
        CancellationToken cancellationToken = default) =>
        ProposeAsync(command, deadline, -1, cancellationToken);

    /// <summary>Proposes a command, with a bound on the attempts after the first one; -1 for none.</summary>
    internal Task<Proposed> ProposeAsync(
        object command, TimeSpan? deadline, int maxRetries, CancellationToken cancellationToken) =>
        CallAsync<Proposed>(new Propose(command), deadline, maxRetries, cancellationToken);

    /// <summary>Asks the state machine a question.</summary>
    /// <param name="request">A <c>byte[]</c>, or an object whose type has a registered serializer.</param>
    /// <param name="consistency">How up to date the answer must be.</param>
    /// <param name="deadline">When to give up; <c>null</c> for <see cref="RaftClientSettings.Deadline"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="RaftClientException">The query failed.</exception>
    public Task<QueryResult> QueryAsync(
        object request, ReadConsistency consistency = ReadConsistency.Linearizable, TimeSpan? deadline = null,
            CancellationToken cancellationToken = default) =>
        CallAsync<QueryResult>(new Query(request, consistency), deadline, -1, cancellationToken);

    /// <summary>Fails the requests that are under way, closes the session and stops the client.</summary>
    public ValueTask DisposeAsync()
    {
        var stopped = new TaskCompletionSource(_continuations);
        _stopped.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        Close();
        return new ValueTask(stopped.Task);
    }

    /// <summary>Begins what <see cref="DisposeAsync"/> does, and does not wait for its end.</summary>
    internal void Close() => _actor.Tell(RaftClientActor.Close.Instance);

    // The actor completes the task itself, so that the task is done when the actor is. Code that awaits the task
    // continues elsewhere.
    private Task<T> CallAsync<T>(
        object message, TimeSpan? deadline, int maxRetries, CancellationToken cancellationToken)
    {
        var task = new TaskCompletionSource<T>(_continuations);
        var registration = _stopped.Token.UnsafeRegister(
            static state => ((TaskCompletionSource<T>)state!)
                .TrySetException(new RaftClientException(FailureReason.NoLeader, "The client was closed.")), task);
        _actor.Tell(new RaftClientActor.Call(message, deadline, maxRetries, answer =>
        {
            registration.Unregister();
            if (answer is T good)
                task.TrySetResult(good);
            else
                task.TrySetException(Failure(answer));
        }));
        return task.Task.WaitAsync(cancellationToken);
    }

    private static Exception Failure(object answer) => answer switch
    {
        ProposalFailed failed => new RaftClientException(failed.Reason, failed.Message),
        QueryFailed failed => new RaftClientException(failed.Reason, failed.Message),
        _ => new InvalidOperationException($"The client was answered by {answer}."),
    };
}
