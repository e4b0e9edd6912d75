using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

public sealed class BootstrapSetup : Setup.Setup
{
    private BootstrapSetup(Option<Config> config, Option<Config> fallback)
    {
        Config = config;
        ConfigFallback = fallback;
    }

    /// <summary>The whole configuration above the defaults.</summary>
    public Option<Config> Config { get; }

    internal Option<Config> ConfigFallback { get; }

    public static BootstrapSetup Create() => new(Option<Config>.None, Option<Config>.None);

    public BootstrapSetup WithConfig(Config config) => new(config, ConfigFallback);

    public BootstrapSetup WithConfigFallback(Config config) => new(Config, config);
}
