namespace RaftActors.Linearizability;

/// <summary>
/// Judges whether a history of concurrent operations is linearizable (Herlihy and Wing, 1990). In a linearizable
/// history, every operation can be thought to have taken effect at one moment between its call and its return, so that
/// a single server that executes one operation after the other would have given the same answers.
/// </summary>
public static class LinearizabilityChecker
{
    /// <summary>Judges a history.</summary>
    /// <param name="model">What the service would answer if it executed one operation after the other.</param>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="options">The limits of the search.</param>
    /// <exception cref="ArgumentException">An operation returned before it was called.</exception>
    public static CheckResult<TInput, TOutput> Check<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model, IEnumerable<Operation<TInput, TOutput>> history,
            CheckerOptions? options = null)
        where TState : notnull
        where TInput : notnull
    {
        options ??= CheckerOptions.Default;
        var operations = history.ToList();
        if (operations.Find(o => o.Return < o.Call) is { } impossible)
            throw new ArgumentException($"An operation of client {impossible.Client} returned at {impossible.Return}, "
                + $"before it was called at {impossible.Call}.", nameof(history));
        var parts = operations.GroupBy(o => model.PartOf(o.Input)).OrderBy(part => part.Key, StringComparer.Ordinal)
            .ToList();
        var undecided = new List<string>();
        foreach (var part in parts)
        {
            var attempt = Attempt<TState, TInput, TOutput>.Of(model, [.. part], options.MaxSituations);
            if (attempt.Verdict == Verdict.NotLinearizable)
            {
                var counterexample = new Explainer<TState, TInput, TOutput>(model, options)
                    .Explain(part.Key, [.. part], attempt.Obstacle!);
                return new CheckResult<TInput, TOutput>(Verdict.NotLinearizable, operations.Count, parts.Count,
                    undecided, counterexample);
            }
            if (attempt.Verdict == Verdict.Undecided)
                undecided.Add(part.Key);
        }
        return new CheckResult<TInput, TOutput>(undecided.Count > 0 ? Verdict.Undecided : Verdict.Linearizable,
            operations.Count, parts.Count, undecided, null);
    }
}
