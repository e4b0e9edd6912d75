namespace RaftActors.Linearizability;

/// <summary>The outcome of one search. The operations in it are those that were given to the search.</summary>
/// <param name="Verdict">Whether the operations are linearizable.</param>
/// <param name="Obstacle">
/// The first operation, in the order of returns, whose answer no order of the operations explains. Only set if the
/// operations are not linearizable.
/// </param>
/// <param name="Order">
/// An order of the operations that explains all answers. Only set if the operations are linearizable. An operation
/// whose outcome is unknown is left out if no answer needs it.
/// </param>
/// <param name="State">The state after the operations in that order.</param>
internal sealed record Attempt<TState, TInput, TOutput>(Verdict Verdict, Operation<TInput, TOutput>? Obstacle,
    IReadOnlyList<Operation<TInput, TOutput>> Order, TState State)
    where TState : notnull
    where TInput : notnull
{
    /// <summary>Searches one part of a history.</summary>
    public static Attempt<TState, TInput, TOutput> Of(SequentialModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> part, int limit)
    {
        var simple = model.Simplify(part);
        if (simple.Count != part.Count)
            throw new InvalidOperationException($"{model.GetType().Name} simplified {part.Count} operations to "
                + $"{simple.Count}: the number must stay.");
        var given = new Dictionary<Operation<TInput, TOutput>, Operation<TInput, TOutput>>(part.Count,
            ReferenceEqualityComparer.Instance);
        for (var i = 0; i < part.Count; i++)
            given[simple[i]] = part[i];
        var history = new PartHistory<TInput, TOutput>(simple, model.IsReadOnly);
        var search = new Search<TState, TInput, TOutput>(model, history, limit);
        var verdict = search.Run();
        if (verdict != Verdict.Linearizable)
            return new Attempt<TState, TInput, TOutput>(verdict, given[history.Completed[search.Obstacle]], [],
                model.Initial);
        var order = search.Order.Select(operation => given[operation]).ToList();
        return new Attempt<TState, TInput, TOutput>(verdict, null, order,
            order.Aggregate(model.Initial, (state, operation) => model.Apply(state, operation.Input)));
    }
}
