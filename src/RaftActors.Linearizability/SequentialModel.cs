namespace RaftActors.Linearizability;

/// <summary>
/// What a service would do if it answered one operation after the other: the specification against which a history is
/// judged.
/// </summary>
/// <typeparam name="TState">The state between two operations: immutable, and compared by value.</typeparam>
/// <typeparam name="TInput">What can be asked for; compared by value.</typeparam>
/// <typeparam name="TOutput">What can be answered.</typeparam>
public abstract class SequentialModel<TState, TInput, TOutput>
    where TState : notnull
    where TInput : notnull
{
    /// <summary>The state before the first operation.</summary>
    public abstract TState Initial { get; }

    /// <summary>
    /// The state after an operation that was answered, or <c>false</c> when this state would have had another answer.
    /// </summary>
    public abstract bool TryApply(TState state, TInput input, TOutput output, out TState next);

    /// <summary>The state after an operation whatever it answers.</summary>
    public abstract TState Apply(TState state, TInput input);

    /// <summary>
    /// The part of the service that an operation belongs to. Parts are independent, so each is judged by itself: a
    /// history is linearizable when those of its parts are (Herlihy and Wing, "Linearizability: A Correctness Condition
    /// for Concurrent Objects", 1990, theorem 1).
    /// </summary>
    public virtual string PartOf(TInput input) => "";

    /// <summary>
    /// Whether an operation, having been answered like this, left every state as it was. To say no of one that did
    /// costs time, to say yes of one that did not is an error.
    /// </summary>
    public virtual bool IsObservation(TInput input, TOutput output) => false;

    /// <summary>Whether an operation leaves every state as it is, whatever it answers.</summary>
    public virtual bool IsReadOnly(TInput input) => false;

    /// <summary>
    /// The operations of one part, in the same number and order, made simpler where that does not change the verdict;
    /// for instance with values that nobody ever saw made the same, so that the operations that wrote them need not be
    /// told apart.
    /// </summary>
    public virtual IReadOnlyList<Operation<TInput, TOutput>> Simplify(
        IReadOnlyList<Operation<TInput, TOutput>> operations) => operations;

    /// <summary>An operation in words.</summary>
    public virtual string Describe(Operation<TInput, TOutput> operation) =>
        operation.IsUnknown ? $"{operation.Input}" : $"{operation.Input} -> {operation.Output}";

    /// <summary>A state in words.</summary>
    public virtual string Describe(TState state) => state.ToString() ?? "";
}
