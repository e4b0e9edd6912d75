using Akka.Configuration;

namespace RaftActors;

/// <summary>A setting that makes no sense.</summary>
/// <param name="key">The setting's key, from the root of the configuration on.</param>
/// <param name="message">The key, the value and what is expected instead, in a sentence.</param>
/// <param name="cause">What reading the value failed with.</param>
public sealed class SettingException(string key, string message, Exception? cause = null)
    : ConfigurationException(message, cause!)
{
    /// <summary>The setting's key, from the root of the configuration on.</summary>
    public string Key { get; } = key;
}
