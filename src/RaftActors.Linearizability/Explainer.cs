using System.Text;

namespace RaftActors.Linearizability;

/// <summary>Makes a readable counterexample for a part that is not linearizable.</summary>
internal sealed class Explainer<TState, TInput, TOutput>(SequentialModel<TState, TInput, TOutput> model,
    CheckerOptions options)
    where TState : notnull
    where TInput : notnull
{
    /// <summary>How many operations of a list are written out.</summary>
    private const int Shown = 12;

    /// <summary>
    /// A part with more operations than this is not made smaller, because each try would take too long.
    /// </summary>
    private const int Minimizable = 5_000;

    /// <summary>
    /// The limit of situations for each try to make a counterexample smaller. A try that reaches the limit has failed.
    /// </summary>
    private const int SituationsOfTry = 2_000;

    private long _effort = options.MinimizingEffort;

    /// <summary>Finds a counterexample and puts it into words.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="operations">The operations of the part.</param>
    /// <param name="furthest">
    /// The operation whose return no order came past, although an order came past all earlier returns.
    /// </param>
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
    /// Finds the first return up to which the operations are not linearizable. No order came past the return
    /// <paramref name="from"/>, but the cause may be an operation that was under way at that return and was answered
    /// later. Every prefix of a linearizable history is linearizable, so a search by halves finds the first return.
    /// </summary>
    private int FirstUnexplained(IReadOnlyList<Operation<TInput, TOutput>> operations,
        List<Operation<TInput, TOutput>> returns, int from)
    {
        var (explained, unexplained) = (from - 1, returns.Count - 1);
        for (var step = 1; explained + 1 < unexplained; step *= 2)
        {
            // The first return is nearly always the first one tried or one of the next few.
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
    /// What was known right after a return. An operation that was answered later counts as not answered. An operation
    /// that was called later is left out.
    /// </summary>
    private static List<Operation<TInput, TOutput>> Prefix(IReadOnlyList<Operation<TInput, TOutput>> operations,
        List<Operation<TInput, TOutput>> returns, int last)
    {
        var returned = returns.Take(last + 1).ToHashSet<object>(ReferenceEqualityComparer.Instance);
        return [.. operations.Where(o => o.Call <= returns[last].Return)
            .Select(o => returned.Contains(o) ? o : o with { Return = null })];
    }

    /// <summary>
    /// Leaves out as many operations as possible. Two changes cannot create a contradiction: leaving out an operation
    /// that changed nothing, and forgetting the answer of another operation, which may then have taken effect later or
    /// never.
    /// </summary>
    private IReadOnlyList<Operation<TInput, TOutput>> Smallest(List<Operation<TInput, TOutput>> operations)
    {
        if (operations.Count <= Minimizable && _effort > 0)
        {
            operations = Reduce(operations, IsObservation, (all, chosen) => [.. all.Where(o => !chosen.Contains(o))]);
            operations = Reduce(operations, o => !o.IsUnknown && !IsObservation(o),
                (all, chosen) => [.. all.Select(o => chosen.Contains(o) ? o with { Return = null } : o)]);
        }
        // Of the operations whose outcome is unknown or was forgotten, keep only those that the other answers show to
        // have taken effect.
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
        // Try the larger pieces first: most of a long history has nothing to do with the contradiction.
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
