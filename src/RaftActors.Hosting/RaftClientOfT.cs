using RaftActors.Client;

namespace RaftActors.Hosting;

/// <summary>
/// A client of a group, with the types of the group's commands and responses. The client finds the leader and tries
/// again until it has an answer. Each command is applied once (see <see cref="RaftClient"/>). Thread-safe. The client
/// lives as long as the container.
/// </summary>
/// <typeparam name="TCommand">The type of the commands.</typeparam>
/// <typeparam name="TResponse">The type of the state machine's responses.</typeparam>
public sealed class RaftClient<TCommand, TResponse>
    where TCommand : notnull
{
    private readonly RaftClients _clients;
    private readonly Type _key;

    internal RaftClient(RaftClients clients, Type key)
    {
        _clients = clients;
        _key = key;
    }

    /// <summary>Proposes a command, which is applied exactly once.</summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">When to give up; <c>null</c> for <c>raft.client.deadline</c>.</param>
    /// <param name="cancellationToken">Ends the wait, not the command: the command may still be applied.</param>
    /// <returns>The state machine's response.</returns>
    /// <exception cref="RaftClientException">
    /// The command failed. The exception says whether the command may have been applied.
    /// </exception>
    /// <exception cref="InvalidCastException">The state machine's response has another type.</exception>
    public async Task<TResponse> ProposeAsync(
        TCommand command, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var client = await _clients.GetAsync(_key, cancellationToken).ConfigureAwait(false);
        var done = await client.ProposeAsync(command, deadline, cancellationToken).ConfigureAwait(false);
        return As<TResponse>(done.Response);
    }

    /// <summary>Asks the state machine a question.</summary>
    /// <typeparam name="TAnswer">The type of the answer.</typeparam>
    /// <param name="request">The question: a <c>byte[]</c>, or an object whose type has a serializer.</param>
    /// <param name="consistency">How up to date the answer must be.</param>
    /// <param name="deadline">When to give up; <c>null</c> for <c>raft.client.deadline</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="RaftClientException">The query failed.</exception>
    /// <exception cref="InvalidCastException">The state machine's answer has another type.</exception>
    public async Task<TAnswer> QueryAsync<TAnswer>(
        object request,
        ReadConsistency consistency = ReadConsistency.Linearizable,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default)
    {
        var client = await _clients.GetAsync(_key, cancellationToken).ConfigureAwait(false);
        var result = await client.QueryAsync(request, consistency, deadline, cancellationToken).ConfigureAwait(false);
        return As<TAnswer>(result.Result);
    }

    private static T As<T>(object? answer) => answer switch
    {
        T expected => expected,
        null when default(T) is null => default!,
        _ => throw new InvalidCastException(
            $"The state machine answered {answer?.GetType().ToString() ?? "nothing"}; the client expects {typeof(T)}."),
    };
}
