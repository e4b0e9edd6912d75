using Akka.Configuration;

namespace RaftActors;

/// <summary>The file reference.conf in this assembly.</summary>
internal static class ReferenceConfig
{
    /// <summary>Reads it.</summary>
    public static Config Load()
    {
        using var stream = typeof(ReferenceConfig).Assembly.GetManifestResourceStream("RaftActors.reference.conf")
            ?? throw new InvalidOperationException("RaftActors.reference.conf is missing in the assembly.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
