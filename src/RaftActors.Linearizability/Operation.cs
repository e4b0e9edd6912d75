namespace RaftActors.Linearizability;

/// <summary>One operation of a client, as the client saw it.</summary>
/// <typeparam name="TInput">What was asked for.</typeparam>
/// <typeparam name="TOutput">What was answered.</typeparam>
/// <param name="Client">Who called.</param>
/// <param name="Call">When it was called, in any unit that never goes back.</param>
/// <param name="Return">
/// When it was answered, not before <paramref name="Call"/>; <c>null</c> when nobody can say what became of it: it may
/// have taken effect at any time after its call, may yet, or never will. An operation that certainly took no effect,
/// and told nothing, is left out of a history.
/// </param>
/// <param name="Input">What was asked for.</param>
/// <param name="Output">What was answered; without meaning while <paramref name="Return"/> is <c>null</c>.</param>
public sealed record Operation<TInput, TOutput>(int Client, long Call, long? Return, TInput Input, TOutput? Output)
{
    /// <summary>Whether nobody can say what became of it.</summary>
    public bool IsUnknown => Return is null;
}
