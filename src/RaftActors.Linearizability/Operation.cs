namespace RaftActors.Linearizability;

/// <summary>One operation of a client, as the client saw it.</summary>
/// <typeparam name="TInput">The type of the request.</typeparam>
/// <typeparam name="TOutput">The type of the answer.</typeparam>
/// <param name="Client">The client that called.</param>
/// <param name="Call">When the client called, in any unit of a clock that never goes back.</param>
/// <param name="Return">
/// When the client was answered, not before <paramref name="Call"/>. <c>null</c> if the outcome is unknown: the
/// operation may have taken effect at any time after its call, may still take effect, or may never. A history leaves
/// out an operation that certainly took no effect and whose answer said nothing about the state.
/// </param>
/// <param name="Input">The request.</param>
/// <param name="Output">The answer. Meaningless while <paramref name="Return"/> is <c>null</c>.</param>
public sealed record Operation<TInput, TOutput>(int Client, long Call, long? Return, TInput Input, TOutput? Output)
{
    /// <summary>Whether the outcome is unknown.</summary>
    public bool IsUnknown => Return is null;
}
