using Akka.Configuration;

namespace RaftActors.Storage;

/// <summary>A journal or snapshot store according to the configuration.</summary>
/// <param name="Key">The key that names the plugin's section.</param>
/// <param name="Id">The path of the plugin's section; empty if none is named.</param>
/// <param name="Type">The class of the plugin; <c>null</c> if it is not named or cannot be loaded.</param>
/// <param name="Fallback">The path of the section with the defaults of the plugin.</param>
/// <param name="Place">Where the plugin stores its data, as far as its settings say.</param>
internal sealed record StorePlugin(string Key, string Id, Type? Type, string Fallback, string Place)
{
    /// <summary>The effective settings of the plugin.</summary>
    public Config Section(Config config)
    {
        var own = Id.Length > 0 ? config.GetConfig(Id) : null;
        var fallback = config.GetConfig(Fallback);
        return own is null ? fallback ?? Config.Empty : fallback is null ? own : own.WithFallback(fallback);
    }
}
