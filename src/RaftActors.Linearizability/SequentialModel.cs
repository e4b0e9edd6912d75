namespace RaftActors.Linearizability;

/// <summary>
/// The specification against which a history is judged: what a service would do if it executed one operation after the
/// other.
/// </summary>
/// <typeparam name="TState">The type of the state between two operations. Immutable, and compared by value.</typeparam>
/// <typeparam name="TInput">The type of a request. Compared by value.</typeparam>
/// <typeparam name="TOutput">The type of an answer.</typeparam>
public abstract class SequentialModel<TState, TInput, TOutput>
    where TState : notnull
    where TInput : notnull
{
    /// <summary>The state before the first operation.</summary>
    public abstract TState Initial { get; }

    /// <summary>
    /// Computes the state after an operation that was answered. Returns <c>false</c> if the service would have given
    /// another answer in this state.
    /// </summary>
    public abstract bool TryApply(TState state, TInput input, TOutput output, out TState next);

    /// <summary>The state after an operation, whatever its answer.</summary>
    public abstract TState Apply(TState state, TInput input);

    /// <summary>
    /// The part of the service that an operation belongs to. Parts are independent, so each part is judged by itself: a
    /// history is linearizable if and only if all its parts are (Herlihy and Wing, "Linearizability: A Correctness
    /// Condition for Concurrent Objects", 1990, theorem 1).
    /// </summary>
    public virtual string PartOf(TInput input) => "";

    /// <summary>
    /// Whether an operation with this answer left the state as it was, whatever the state. A wrong <c>false</c> only
    /// costs time. A wrong <c>true</c> makes verdicts wrong.
    /// </summary>
    public virtual bool IsObservation(TInput input, TOutput output) => false;

    /// <summary>Whether an operation leaves the state as it is, whatever the state and the answer.</summary>
    public virtual bool IsReadOnly(TInput input) => false;

    /// <summary>
    /// Simplifies the operations of one part, in the same number and order, without changing the verdict. For example,
    /// values that no client ever saw can be replaced by one value, so that the operations that wrote them are alike.
    /// </summary>
    public virtual IReadOnlyList<Operation<TInput, TOutput>> Simplify(
        IReadOnlyList<Operation<TInput, TOutput>> operations) => operations;

    /// <summary>Describes an operation in words.</summary>
    public virtual string Describe(Operation<TInput, TOutput> operation) =>
        operation.IsUnknown ? $"{operation.Input}" : $"{operation.Input} -> {operation.Output}";

    /// <summary>Describes a state in words.</summary>
    public virtual string Describe(TState state) => state.ToString() ?? "";
}
