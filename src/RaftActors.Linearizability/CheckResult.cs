namespace RaftActors.Linearizability;

/// <summary>The result of a check.</summary>
/// <param name="Verdict">Whether the history is linearizable.</param>
/// <param name="Operations">The number of operations in the history.</param>
/// <param name="Parts">The number of independent parts of the history.</param>
/// <param name="UndecidedParts">The parts whose search was given up at its limit.</param>
/// <param name="Counterexample">Why the history is not linearizable; <c>null</c> with another verdict.</param>
public sealed record CheckResult<TInput, TOutput>(
    Verdict Verdict, int Operations, int Parts, IReadOnlyList<string> UndecidedParts,
    Counterexample<TInput, TOutput>? Counterexample)
{
    /// <summary>Whether the history is certainly linearizable.</summary>
    public bool IsLinearizable => Verdict == Verdict.Linearizable;

    /// <summary>Says the verdict in words. A counterexample takes several lines.</summary>
    public override string ToString() => Verdict switch
    {
        Verdict.Linearizable => $"Linearizable: {Operations} operations in {Parts} parts.",
        Verdict.Undecided =>
            $"Undecided: {Operations} operations in {Parts} parts; the search was given up in: "
                + $"{string.Join(", ", UndecidedParts)}.",
        _ => Counterexample!.Text,
    };
}

/// <summary>Why a history is not linearizable.</summary>
/// <param name="Part">The part of the service. For a key-value store, the key.</param>
/// <param name="Obstacle">
/// The first operation, in the order of returns, whose answer no order of the operations explains. What was known just
/// before that answer is linearizable.
/// </param>
/// <param name="Prefix">
/// An order of the operations that explains all answers given before the obstacle's answer.
/// </param>
/// <param name="UnderWay">
/// The operations that were under way when the obstacle was answered, except the obstacle. They may have influenced the
/// answer.
/// </param>
/// <param name="Smallest">
/// A small set of operations that contradict each other, in the order of their calls. No order explains the answers of
/// these operations, whatever the other answers are and wherever the other operations are put. The set need not be the
/// smallest possible.
/// </param>
/// <param name="Text">The counterexample in words.</param>
public sealed record Counterexample<TInput, TOutput>(
    string Part,
    Operation<TInput, TOutput> Obstacle,
    IReadOnlyList<Operation<TInput, TOutput>> Prefix,
    IReadOnlyList<Operation<TInput, TOutput>> UnderWay,
    IReadOnlyList<Operation<TInput, TOutput>> Smallest,
    string Text);
