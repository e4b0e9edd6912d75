using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// What the state machines made of the entries, and the value of each key at each index. All state machines must do the
/// same.
/// </summary>
internal sealed class AppliedValues
{
    private readonly Dictionary<long, (string Key, string? Value, string Answer)> _done = [];
    private readonly Dictionary<string, List<(long Index, string? Value)>> _values = new(StringComparer.Ordinal);

    /// <summary>Called when a state machine has applied a command.</summary>
    public void Applied(SimulatedNode node, long index, string key, string? value, string answer)
    {
        if (_done.TryGetValue(index, out var known))
        {
            if (known != (key, value, answer))
                throw new SimulationViolation("replicas are identical",
                    $"By entry {index} {node} gives {key} the value {value ?? "none"} and answers {answer}; another "
                        + $"peer gave {known.Key} {known.Value ?? "none"} and answered {known.Answer}.");
            return;
        }
        // The first state machine to apply an entry has applied all entries before it, or has started from a state that
        // includes them.
        _done[index] = (key, value, answer);
        if (!_values.TryGetValue(key, out var values))
            _values[key] = values = [];
        values.Add((index, value));
    }

    /// <summary>Checks the answer to a read at an index.</summary>
    public void CheckRead(string key, long appliedIndex, string? value)
    {
        string? then = _values.TryGetValue(key, out var values)
            ? values.FindLast(each => each.Index <= appliedIndex).Value
            : null;
        if (value != then)
            throw new SimulationViolation("a read is a state of the group",
                $"{key} was read as {value ?? "none"} as of {appliedIndex}, when it was {then ?? "none"}.");
    }
}
