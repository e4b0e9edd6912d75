using Akka.Actor;

namespace Akka.Configuration;

public class ConfigurationException : AkkaException
{
    public ConfigurationException(string message) : base(message)
    {
    }

    public ConfigurationException(string message, Exception? exception) : base(message, exception)
    {
    }

    public static ConfigurationException NullOrEmptyConfig<T>(string? path = null) => string.IsNullOrWhiteSpace(path)
        ? new ConfigurationException($"Failed to instantiate {typeof(T).Name}: the configuration is null or empty")
        : new ConfigurationException($"Failed to instantiate {typeof(T).Name}: the configuration does not contain `{path}`");
}
