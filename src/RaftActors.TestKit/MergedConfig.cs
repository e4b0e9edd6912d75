using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors.TestKit;

/// <summary>
/// A configuration for many actor systems. Akka.NET reads its defaults anew for each actor system, and merges them
/// anew. The same defaults give the same result, so this configuration merges them once.
/// </summary>
/// <remarks>
/// Systems on several threads share the results. Nobody changes a configuration that has been merged.
/// </remarks>
internal sealed class MergedConfig(Config config) : Config(new HoconRoot(config.Root))
{
    private readonly Lock _gate = new();
    private readonly List<(HoconValue Fallback, Config Merged)> _merged = [];

    /// <inheritdoc/>
    public override Config WithFallback(Config fallback)
    {
        if (fallback?.Root is not { } root)
            return base.WithFallback(fallback);
        lock (_gate)
        {
            foreach (var known in _merged)
            {
                if (IsSame(known.Fallback, root))
                    return known.Merged;
            }
            // The result has no fallback. With one, Akka.NET would merge both again for each section that is read.
            var merged = new Config(new HoconRoot(base.WithFallback(fallback).Root));
            _merged.Add((root, merged));
            return merged;
        }
    }

    private static bool IsSame(HoconValue? one, HoconValue? other)
    {
        if (one is null || other is null || ReferenceEquals(one, other))
            return ReferenceEquals(one, other);
        if (one.Values.Count != other.Values.Count)
            return false;
        for (int i = 0; i < one.Values.Count; i++)
        {
            if (!IsSame(one.Values[i], other.Values[i]))
                return false;
        }
        return true;
    }

    private static bool IsSame(IHoconElement one, IHoconElement other) => (one, other) switch
    {
        (HoconLiteral literal, HoconLiteral second) => literal.Value == second.Value,
        (HoconObject section, HoconObject second) => IsSame(section.Items, second.Items),
        (HoconArray array, HoconArray second) =>
            array.Count == second.Count && array.Zip(second).All(static pair => IsSame(pair.First, pair.Second)),
        (HoconSubstitution substitution, HoconSubstitution second) =>
            substitution.Path == second.Path && IsSame(substitution.ResolvedValue, second.ResolvedValue),
        _ => false,
    };

    private static bool IsSame(Dictionary<string, HoconValue> one, Dictionary<string, HoconValue> other)
    {
        if (one.Count != other.Count)
            return false;
        foreach (var (key, value) in one)
        {
            if (!other.TryGetValue(key, out var second) || !IsSame(value, second))
                return false;
        }
        return true;
    }
}
