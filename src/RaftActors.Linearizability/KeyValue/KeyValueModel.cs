namespace RaftActors.Linearizability.KeyValue;

/// <summary>The state of one key between two operations.</summary>
/// <param name="Value">The value of the key; <c>null</c> if the key has none.</param>
public readonly record struct KeyState(string? Value);

/// <summary>A key-value store that executes one operation after the other. Each key is a part of its own.</summary>
public sealed class KeyValueModel : SequentialModel<KeyState, KeyValueInput, KeyValueOutput>
{
    private const string Unseen = "\u0001unseen";

    /// <summary>The only instance.</summary>
    public static KeyValueModel Instance { get; } = new();

    private KeyValueModel()
    {
    }

    /// <inheritdoc/>
    public override KeyState Initial => default;

    /// <inheritdoc/>
    public override string PartOf(KeyValueInput input) => input.Key;

    /// <inheritdoc/>
    public override bool TryApply(KeyState state, KeyValueInput input, KeyValueOutput output, out KeyState next)
    {
        next = Apply(state, input);
        return input.Kind switch
        {
            KeyValueKind.Get => output.Value == state.Value,
            KeyValueKind.Put => output.Existed is null || output.Existed == state.Value is not null,
            KeyValueKind.Delete => output.Done == state.Value is not null,
            KeyValueKind.CompareAndSet => output.Done == (state.Value == input.Expected),
            _ => output.Done == state.Value is null,
        };
    }

    /// <inheritdoc/>
    public override KeyState Apply(KeyState state, KeyValueInput input) => input.Kind switch
    {
        KeyValueKind.Put => new KeyState(input.Value),
        KeyValueKind.Delete => default,
        KeyValueKind.CompareAndSet when state.Value == input.Expected => new KeyState(input.Value),
        KeyValueKind.Create when state.Value is null => new KeyState(input.Value),
        _ => state,
    };

    /// <inheritdoc/>
    public override bool IsObservation(KeyValueInput input, KeyValueOutput output) =>
        input.Kind == KeyValueKind.Get || !output.Done;

    /// <inheritdoc/>
    public override bool IsReadOnly(KeyValueInput input) => input.Kind == KeyValueKind.Get;

    /// <summary>
    /// Replaces by one common value all values that no get returned and no compare-and-set expected. No answer depends
    /// on which of these values a key has.
    /// </summary>
    public override IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> Simplify(
        IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> operations)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.Input.Expected is { } expected)
                seen.Add(expected);
            if (!operation.IsUnknown && operation.Input.Kind == KeyValueKind.Get
                && operation.Output!.Value is { } value)
                seen.Add(value);
        }
        var unseen = Unseen;
        while (seen.Contains(unseen))
            unseen += "'";
        return [.. operations.Select(o => o.Input.Value is { } value
            && !seen.Contains(value) ? o with { Input = o.Input with { Value = unseen } } : o)];
    }

    /// <inheritdoc/>
    public override string Describe(Operation<KeyValueInput, KeyValueOutput> operation) => operation switch
    {
        { IsUnknown: true } => $"{operation.Input} -> unknown",
        { Input.Kind: KeyValueKind.Get } => $"{operation.Input} -> {KeyValueInput.Text(operation.Output!.Value)}",
        { Input.Kind: KeyValueKind.Put, Output.Existed: { } existed } =>
            $"{operation.Input} -> {(existed ? "replaced" : "created")}",
        _ => $"{operation.Input} -> {(operation.Output!.Done ? "done" : "not done")}",
    };

    /// <inheritdoc/>
    public override string Describe(KeyState state) => KeyValueInput.Text(state.Value);
}
