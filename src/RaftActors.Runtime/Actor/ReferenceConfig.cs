using Akka.Configuration;

namespace Akka.Actor;

/// <summary>The defaults of everything that the runtime reads.</summary>
internal static class ReferenceConfig
{
    private static readonly Lazy<Config> Loaded = new(() => ConfigurationFactory.FromResource("RaftActors.Runtime.reference.conf", typeof(ReferenceConfig).Assembly));

    public static Config Default => Loaded.Value;
}
