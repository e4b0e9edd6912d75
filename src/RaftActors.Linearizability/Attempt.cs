namespace RaftActors.Linearizability;

/// <summary>The outcome of one search, in terms of the operations it was given.</summary>
/// <param name="Verdict">What the operations are.</param>
/// <param name="Obstacle">
/// Of a history that is not linearizable: the first operation, by return, whose answer no order explains.
/// </param>
/// <param name="Order">
/// Of one that is: an order that explains all answers; operations of unknown outcome that need not have taken effect
/// are not in it.
/// </param>
/// <param name="State">The state after that order.</param>
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
            throw new InvalidOperationException($"{model.GetType().Name} made {simple.Count} operations of "
                + $"{part.Count}.");
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
