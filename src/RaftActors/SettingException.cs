using Akka.Configuration;

namespace RaftActors;

/// <summary>A setting has a value that is not usable.</summary>
/// <param name="key">The key of the setting, from the root of the configuration.</param>
/// <param name="message">The key, the value and what is expected instead, in a sentence.</param>
/// <param name="cause">The exception that reading the value threw.</param>
public sealed class SettingException(string key, string message, Exception? cause = null)
    : ConfigurationException(message, cause!)
{
    /// <summary>The key of the setting, from the root of the configuration.</summary>
    public string Key { get; } = key;
}
