using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

/// <summary>
/// Histories made from an execution in which every operation took effect at one moment: linearizable by construction.
/// </summary>
internal static class GeneratedHistory
{
    /// <summary>Makes one.</summary>
    /// <param name="seed">What it is drawn from.</param>
    /// <param name="count">How many operations.</param>
    /// <param name="clients">How many clients, each with one operation under way.</param>
    /// <param name="keys">How many keys.</param>
    /// <param name="unknownPercent">
    /// How many of a hundred operations end with an unknown outcome; half of those take effect.
    /// </param>
    public static List<Operation<KeyValueInput, KeyValueOutput>> Make(int seed, int count, int clients, int keys,
        int unknownPercent)
    {
        var random = new Random(seed);
        var states = new Dictionary<string, string?>();
        var history = new List<Operation<KeyValueInput, KeyValueOutput>>(count);
        var free = new long[clients];
        // The moments at which operations take effect rise by 10; calls and returns lie up to 60 around them, as long
        // as the client is free.
        for (var i = 0; i < count; i++)
        {
            var moment = 1000 + (10L * i);
            var client = Array.FindIndex(free, at => at < moment) is var any and >= 0
                ? Pick(random, free, moment, any)
                : 0;
            var call = Math.Max(free[client] + 1, moment - random.Next(60));
            if (call > moment)
                continue;
            var key = $"k{random.Next(keys)}";
            var state = states.GetValueOrDefault(key);
            var input = Input(random, key, state, i);
            var unknown = random.Next(100) < unknownPercent;
            var effect = !unknown || random.Next(2) == 0;
            var output = Output(input, state);
            if (effect)
                states[key] = KeyValueModel.Instance.Apply(new KeyState(state), input).Value;
            var end = moment + random.Next(60);
            free[client] = end;
            history.Add(new Operation<KeyValueInput, KeyValueOutput>(client, call, unknown ? null : end, input,
                unknown ? null : output));
        }
        return history;
    }

    public static KeyValueOutput Output(KeyValueInput input, string? state) => input.Kind switch
    {
        KeyValueKind.Get => KeyValueOutput.Found(state),
        KeyValueKind.Put => KeyValueOutput.Yes,
        KeyValueKind.Delete => new KeyValueOutput(state is not null),
        KeyValueKind.Create => new KeyValueOutput(state is null),
        _ => new KeyValueOutput(state == input.Expected),
    };

    private static int Pick(Random random, long[] free, long moment, int fallback)
    {
        var client = random.Next(free.Length);
        return free[client] < moment ? client : fallback;
    }

    private static KeyValueInput Input(Random random, string key, string? state, int number) => random.Next(8) switch
    {
        < 3 => KeyValueInput.Get(key),
        3 or 4 => KeyValueInput.Put(key, $"v{number}"),
        5 => KeyValueInput.CompareAndSet(key, random.Next(2) == 0 ? state : $"v{random.Next(number + 1)}",
            $"v{number}"),
        6 => KeyValueInput.Create(key, $"v{number}"),
        _ => KeyValueInput.Delete(key),
    };
}
