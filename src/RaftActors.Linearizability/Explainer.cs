using System.Text;

namespace RaftActors.Linearizability;

/// <summary>Makes of a part that is not linearizable a counterexample that can be read.</summary>
internal sealed class Explainer<TState, TInput, TOutput>(SequentialModel<TState, TInput, TOutput> model,
    CheckerOptions options)
    where TState : notnull
    where TInput : notnull
{
    /// <summary>How much of the order found is written out.</summary>
    private const int Shown = 12;

    /// <summary>Beyond this many operations a part is not made smaller: each try would take too long.</summary>
    private const int Minimizable = 5_000;

    /// <summary>The limit of each try to make it smaller; one that reaches it has failed.</summary>
    private const int SituationsOfTry = 2_000;

    private long _effort = options.MinimizingEffort;

    /// <summary>Explains.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="operations">Its operations.</param>
    /// <param name="furthest">That of them whose return no order came past.</param>
    public Counterexample<TInput, TOutput> Explain(string part, IReadOnlyList<Operation<TInput, TOutput>> operations,
        Operation<TInput, TOutput> furthest)
    {
        var returns = operations.Where(o => !o.IsUnknown).OrderBy(o => o.Return).ThenBy(o => o.Call).ToList();
        var first = FirstUnexplained(operations, returns, returns.FindIndex(o => ReferenceEquals(o, furthest)));
        var obstacle = returns[first];
        var prefix = Prefix(operations, returns, first);
        var before = WithoutAnswer(prefix, obstacle);
        var underWay = prefix.Where(o => o.IsUnknown).OrderBy(o => o.Call).ToList();
        var smallest = Smallest(prefix);
        var text = Text(part, operations.Count, obstacle, before, underWay, smallest);
        return new Counterexample<TInput, TOutput>(part, obstacle, before.Order, underWay, smallest, text);
    }

    /// <summary>
    /// The first return up to which the operations are not linearizable. No order came past the return
    /// <paramref name="from"/>, but that may be due to an operation that was under way then and whose answer came
    /// later. Prefixes of linearizable histories are linearizable, so the first can be searched for by halves.
    /// </summary>
    private int FirstUnexplained(IReadOnlyList<Operation<TInput, TOutput>> operations,
        List<Operation<TInput, TOutput>> returns, int from)
    {
        var (explained, unexplained) = (from - 1, returns.Count - 1);
        for (var step = 1; explained + 1 < unexplained; step *= 2)
        {
            // What is looked for is nearly always the first or a few further on.
            var middle = Math.Min(explained + step, (explained + unexplained) / 2);
            if (Attempt<TState, TInput, TOutput>.Of(model, Prefix(operations, returns, middle),
                options.MaxSituations).Verdict == Verdict.NotLinearizable)
                (unexplained, step) = (middle, 1);
            else
                explained = middle;
        }
        return unexplained;
    }

    /// <summary>
    /// What was known right after a return: an operation that was answered later counts as not answered, one that was
    /// called later not at all.
    /// </summary>
    private static List<Operation<TInput, TOutput>> Prefix(IReadOnlyList<Operation<TInput, TOutput>> operations,
        List<Operation<TInput, TOutput>> returns, int last)
    {
        var returned = returns.Take(last + 1).ToHashSet<object>(ReferenceEqualityComparer.Instance);
        return [.. operations.Where(o => o.Call <= returns[last].Return)
            .Select(o => returned.Contains(o) ? o : o with { Return = null })];
    }

    /// <summary>
    /// Leaves out what can be left out. Two things keep a contradiction a contradiction: to leave out an operation that
    /// changed nothing, and to forget the answer of another, so that it may have taken effect later or never.
    /// </summary>
    private IReadOnlyList<Operation<TInput, TOutput>> Smallest(List<Operation<TInput, TOutput>> operations)
    {
        if (operations.Count <= Minimizable && _effort > 0)
        {
            operations = Reduce(operations, IsObservation, (all, chosen) => [.. all.Where(o => !chosen.Contains(o))]);
            operations = Reduce(operations, o => !o.IsUnknown && !IsObservation(o),
                (all, chosen) => [.. all.Select(o => chosen.Contains(o) ? o with { Return = null } : o)]);
        }
        // Of those whose outcome is unknown or does not matter, only what the answers of the others show to have taken
        // effect.
        var answered = operations.Where(o => !o.IsUnknown).ToList();
        var last = answered.MaxBy(o => o.Return);
        var used = WithoutAnswer(operations,
            last!).Order.Where(o => o.IsUnknown && operations.Exists(given => ReferenceEquals(given, o)));
        return [.. answered.Concat(used).OrderBy(o => o.Call)];
    }

    private Attempt<TState, TInput, TOutput> WithoutAnswer(List<Operation<TInput, TOutput>> operations,
        Operation<TInput, TOutput> answered) =>
        Attempt<TState, TInput, TOutput>.Of(model,
            [.. operations.Select(o => ReferenceEquals(o, answered) ? o with { Return = null } : o)],
            options.MaxSituations);

    private List<Operation<TInput, TOutput>> Reduce(
        List<Operation<TInput, TOutput>> operations, Func<Operation<TInput, TOutput>, bool> isCandidate,
        Func<List<Operation<TInput, TOutput>>, HashSet<object>, List<Operation<TInput, TOutput>>> apply)
    {
        // Halves first, then halves of those: most of a long history has nothing to do with its contradiction.
        for (var size = operations.Count(isCandidate); size > 0; size /= 2)
        {
            foreach (var chunk in operations.Where(isCandidate).OrderBy(o => o.Call).Chunk(size).ToList())
            {
                if ((_effort -= operations.Count) < 0)
                    return operations;
                var smaller = apply(operations, new HashSet<object>(chunk, ReferenceEqualityComparer.Instance));
                if (Attempt<TState, TInput, TOutput>.Of(model, smaller,
                    SituationsOfTry).Verdict == Verdict.NotLinearizable)
                    operations = smaller;
            }
        }
        return operations;
    }

    private bool IsObservation(Operation<TInput, TOutput> operation) =>
        !operation.IsUnknown && model.IsObservation(operation.Input, operation.Output!);

    private string Text(
        string part, int count, Operation<TInput, TOutput> obstacle, Attempt<TState, TInput, TOutput> before,
        IReadOnlyList<Operation<TInput, TOutput>> underWay, IReadOnlyList<Operation<TInput, TOutput>> smallest)
    {
        var text = new StringBuilder();
        text.AppendLine($"Not linearizable: {(part.Length > 0 ? part : "the history")}, of {count} operations. No "
            + "order explains the answer of");
        Line(text, obstacle);
        if (before.Verdict == Verdict.Linearizable)
        {
            text.AppendLine("An order of what was answered before "
                + $"it{(before.Order.Count > Shown ? $" (the last {Shown} of {before.Order.Count})" : "")}:");
            foreach (var operation in before.Order.TakeLast(Shown))
                Line(text, operation);
            text.AppendLine($"after which the state is: {model.Describe(before.State)}");
        }
        if (underWay.Count > 0)
        {
            text.AppendLine("Called and not answered at its "
                + $"return{(underWay.Count > Shown ? $" (the last {Shown} of {underWay.Count})" : "")}:");
            foreach (var operation in underWay.TakeLast(Shown))
                Line(text, operation);
        }
        text.AppendLine("These contradict each other, wherever the others are put:");
        foreach (var operation in smallest)
            Line(text, operation);
        return text.ToString().TrimEnd();
    }

    private void Line(StringBuilder text, Operation<TInput, TOutput> operation) =>
        text.AppendLine($"  client {operation.Client,-3} [{operation.Call} .. "
            + $"{(operation.Return is { } at ? at : "?")}] {model.Describe(operation)}");
}
