using Akka.Configuration;

namespace RaftActors;

/// <summary>The files with default settings in this assembly.</summary>
internal static class ReferenceConfig
{
    /// <summary>
    /// The section <c>raft</c>, and the settings of <c>akka.actor</c> and <c>akka.persistence</c> that peers need.
    /// </summary>
    public static Config Load() => Load("reference.conf");

    /// <summary>The settings of <c>akka.remote</c> that peers need.</summary>
    public static Config LoadRemoting() => Load("remoting.conf");

    private static Config Load(string file)
    {
        using var stream = typeof(ReferenceConfig).Assembly.GetManifestResourceStream($"RaftActors.{file}")
            ?? throw new InvalidOperationException($"RaftActors.{file} is missing in the assembly.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
