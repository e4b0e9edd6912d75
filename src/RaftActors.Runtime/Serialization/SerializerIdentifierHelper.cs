using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

public static class SerializerIdentifierHelper
{
    private const string Path = "akka.actor.serialization-identifiers";

    public static int GetSerializerIdentifierFromConfig(Type type, ExtendedActorSystem system)
    {
        foreach (var (name, value) in system.Settings.Config.GetConfig(Path)?.AsEnumerable() ?? [])
        {
            if (TypeResolver.TryResolve(name) == type)
                return value.GetInt();
        }
        throw new ConfigurationException($"{type.FullName} has no number: override its Identifier, or set {Path}.\"{TypeManifest.Of(type)}\"");
    }
}
