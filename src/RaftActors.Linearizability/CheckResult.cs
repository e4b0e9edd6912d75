namespace RaftActors.Linearizability;

/// <summary>What a check found.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Operations">How many operations the history has.</param>
/// <param name="Parts">How many independent parts it has.</param>
/// <param name="UndecidedParts">The parts whose search was given up.</param>
/// <param name="Counterexample">Why it is not linearizable; <c>null</c> with another verdict.</param>
public sealed record CheckResult<TInput, TOutput>(
    Verdict Verdict, int Operations, int Parts, IReadOnlyList<string> UndecidedParts,
    Counterexample<TInput, TOutput>? Counterexample)
{
    /// <summary>Whether the history is linearizable, for certain.</summary>
    public bool IsLinearizable => Verdict == Verdict.Linearizable;

    /// <summary>The verdict in words; with a counterexample several lines.</summary>
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
/// <param name="Part">The part of the service, for a key-value store the key.</param>
/// <param name="Obstacle">
/// The first operation, by its return, whose answer no order explains: without it, and what came after, the part is
/// linearizable.
/// </param>
/// <param name="Prefix">An order that explains everything that was answered before.</param>
/// <param name="UnderWay">
/// What had been called and not answered when it was answered, itself left out: the others that might have had an
/// influence.
/// </param>
/// <param name="Smallest">
/// Operations that contradict each other, in the order of their calls: as few as were found. Whatever the others
/// answered and wherever they are put, there is no order.
/// </param>
/// <param name="Text">All of this in words.</param>
public sealed record Counterexample<TInput, TOutput>(
    string Part,
    Operation<TInput, TOutput> Obstacle,
    IReadOnlyList<Operation<TInput, TOutput>> Prefix,
    IReadOnlyList<Operation<TInput, TOutput>> UnderWay,
    IReadOnlyList<Operation<TInput, TOutput>> Smallest,
    string Text);
