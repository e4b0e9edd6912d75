using Akka.Configuration;

namespace Akka.Actor;

/// <param name="DependsOn">The phases that come before.</param>
/// <param name="Recover">Whether to go on with the next phase when a task of this one fails or takes too long.</param>
internal sealed record ShutdownPhase(IReadOnlyList<string> DependsOn, TimeSpan Timeout, bool Recover)
{
    public static Dictionary<string, ShutdownPhase> FromConfig(Config config)
    {
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout", TimeSpan.FromSeconds(5));
        var phases = config.GetConfig("phases") ?? ConfigurationFactory.Empty;
        return phases.AsEnumerable().ToDictionary(pair => pair.Key, pair => new ShutdownPhase(
            [.. phases.GetStringList($"\"{pair.Key}\".depends-on")],
            phases.GetTimeSpan($"\"{pair.Key}\".timeout", defaultTimeout, allowInfinite: false),
            phases.GetBoolean($"\"{pair.Key}\".recover", true)));
    }

    /// <summary>An order in which every phase comes after those that it depends on.</summary>
    public static List<string> Sort(Dictionary<string, ShutdownPhase> phases)
    {
        var sorted = new List<string>();
        var open = new HashSet<string>();
        // The configuration has no order of its own; this one makes every run alike.
        foreach (var name in phases.Keys.Order(StringComparer.Ordinal))
            Visit(name);
        return sorted;

        void Visit(string name)
        {
            if (sorted.Contains(name))
                return;
            if (!open.Add(name))
                throw new ArgumentException($"Cycle detected in graph of phases: phase [{name}] depends transitively on itself", nameof(phases));
            if (!phases.TryGetValue(name, out var phase))
                throw new ConfigurationException($"akka.coordinated-shutdown.phases: a phase depends on [{name}], which is not defined");
            foreach (var before in phase.DependsOn.Order(StringComparer.Ordinal))
                Visit(before);
            sorted.Add(name);
        }
    }
}
