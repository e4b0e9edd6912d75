using Akka.Configuration;

namespace RaftActors;

/// <summary>The files with the defaults in this assembly.</summary>
internal static class ReferenceConfig
{
    /// <summary>
    /// The section <c>raft</c>, and what peers need of <c>akka.actor</c> and <c>akka.persistence</c>.
    /// </summary>
    public static Config Load() => Load("reference.conf");

    /// <summary>What peers need of <c>akka.remote</c>.</summary>
    public static Config LoadRemoting() => Load("remoting.conf");

    private static Config Load(string file)
    {
        using var stream = typeof(ReferenceConfig).Assembly.GetManifestResourceStream($"RaftActors.{file}")
            ?? throw new InvalidOperationException($"RaftActors.{file} is missing in the assembly.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
