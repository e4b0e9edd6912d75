using Akka.Configuration;

namespace RaftActors.Storage;

/// <summary>A journal or snapshot store as the configuration names it.</summary>
/// <param name="Key">The key that names its section.</param>
/// <param name="Id">The path of its section; empty when none is named.</param>
/// <param name="Type">The class, or <c>null</c> when there is none that can be loaded.</param>
/// <param name="Fallback">The path of the section with what it has not set.</param>
/// <param name="Place">Where it keeps what it stores, as far as its settings say.</param>
internal sealed record StorePlugin(string Key, string Id, Type? Type, string Fallback, string Place)
{
    /// <summary>The effective settings.</summary>
    public Config Section(Config config)
    {
        var own = Id.Length > 0 ? config.GetConfig(Id) : null;
        var fallback = config.GetConfig(Fallback);
        return own is null ? fallback ?? Config.Empty : fallback is null ? own : own.WithFallback(fallback);
    }
}
