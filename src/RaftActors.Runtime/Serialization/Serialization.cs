using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Serialization;

/// <summary>
/// The registry of serializers. There is no catch-all among them: an object of a type without a binding is refused, and so are bytes that name a serializer or a
/// type which is not registered.
/// </summary>
public sealed partial class Serialization
{
    private readonly Dictionary<int, Serializer> _byId = [];
    private readonly Dictionary<string, Serializer> _byName = [];
    private readonly SerializerBindings _bindings = new();
    private readonly NullSerializer _null;

    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        _null = new NullSerializer(system);
        AddSerializer("null", _null);
        Register(system.Settings.Config.GetConfig("akka.actor") ?? Config.Empty);
    }

    public ExtendedActorSystem System { get; }

    internal SerializationRefusals Refusals { get; } = new();

    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest manifests => manifests.Manifest(msg),
        { IncludeManifest: true } => TypeManifest.Of(msg.GetType()),
        _ => "",
    };

    public void AddSerializer(string name, Serializer serializer)
    {
        _byName[name] = serializer;
        _byId[serializer.Identifier] = serializer;
    }

    public void AddSerializationMap(Type type, Serializer serializer) => _bindings.Bind(type, serializer);

    public byte[] Serialize(object o)
    {
        var outer = EnterTransport();
        try
        {
            return FindSerializerFor(o).ToBinary(o);
        }
        finally
        {
            CurrentTransportInformation = outer;
        }
    }

    public object Deserialize(byte[] bytes, int serializerId, string? manifest)
    {
        var serializer = GetSerializerById(serializerId, manifest);
        var type = serializer is SerializerWithStringManifest || string.IsNullOrEmpty(manifest) ? null : AllowedType(serializer, manifest);
        return Deserialize(serializer, bytes, manifest ?? "", type);
    }

    public object Deserialize(byte[] bytes, int serializerId, Type? type)
    {
        var serializer = GetSerializerById(serializerId, type?.FullName);
        return Deserialize(serializer, bytes, type is null ? "" : TypeManifest.Of(type), type);
    }

    public Serializer FindSerializerFor(object? obj, string? defaultSerializerName = null) =>
        obj is null ? _null : FindSerializerForType(obj.GetType(), defaultSerializerName);

    public Serializer FindSerializerForType(Type objectType, string? defaultSerializerName = null) =>
        _bindings.Find(objectType)
        ?? (defaultSerializerName is null ? null : _byName.GetValueOrDefault(defaultSerializerName))
        ?? throw new SerializationException(
            $"No serializer is registered for {objectType.FullName}. Register one under akka.actor.serializers and bind the type, or one it derives from, to it under "
            + $"akka.actor.serialization-bindings: \"{TypeManifest.Of(objectType)}\" = name-of-the-serializer");

    internal Serializer GetSerializerById(int serializerId, string? manifest = null)
    {
        if (_byId.TryGetValue(serializerId, out var serializer))
            return serializer;
        Refusals.CountUnknownSerializer();
        throw new SerializationException(
            $"No serializer with the number {serializerId} is registered (manifest [{manifest}]). Probably akka.actor.serializers differs from that of the sender or writer.");
    }

    private object Deserialize(Serializer serializer, byte[] bytes, string manifest, Type? type)
    {
        var outer = EnterTransport();
        try
        {
            return serializer is SerializerWithStringManifest manifests ? manifests.FromBinary(bytes, manifest) : serializer.FromBinary(bytes, type);
        }
        catch
        {
            Refusals.CountMalformed();
            throw;
        }
        finally
        {
            CurrentTransportInformation = outer;
        }
    }

    /// <summary>A type named by a sender is used only if it is loaded already and bound to the serializer that the sender named.</summary>
    private Type AllowedType(Serializer serializer, string manifest)
    {
        var type = TypeManifest.FindLoaded(manifest);
        if (type is not null && _bindings.Find(type) == serializer)
            return type;
        Refusals.CountUnknownType();
        throw new SerializationException($"The type [{manifest}] is not bound to the serializer with the number {serializer.Identifier}, so its bytes are not read.");
    }

    private void Register(Config config)
    {
        var settings = config.GetConfig("serialization-settings");
        foreach (var (name, value) in config.GetConfig("serializers")?.AsEnumerable() ?? [])
        {
            var typeName = value.GetString() ?? "";
            if (TypeResolver.TryResolve(typeName) is { } type)
                AddSerializer(name, Create(type, settings?.GetConfig(Quote(name))));
            else
                System.Log.Warning("The serializer {0} is not available: there is no type {1}", name, typeName);
        }
        foreach (var (typeName, value) in config.GetConfig("serialization-bindings")?.AsEnumerable() ?? [])
        {
            var name = value.GetString() ?? "none";
            if (name == "none")
                continue;
            if (TypeResolver.TryResolve(typeName) is not { } type)
                System.Log.Warning("The type {0}, bound to the serializer {1}, does not exist", typeName, name);
            else if (_byName.TryGetValue(name, out var serializer))
                AddSerializationMap(type, serializer);
            else
                System.Log.Warning("The type {0} is bound to the serializer {1}, which does not exist", typeName, name);
        }
    }

    private Serializer Create(Type type, Config? settings)
    {
        var configured = type.GetConstructor([typeof(ExtendedActorSystem), typeof(Config)]);
        if (configured is not null)
            return (Serializer)configured.Invoke([System, settings ?? Config.Empty]);
        var plain = type.GetConstructor([typeof(ExtendedActorSystem)])
            ?? throw new ConfigurationException($"The serializer {type.FullName} has no constructor that takes an ExtendedActorSystem");
        return (Serializer)plain.Invoke([System]);
    }

    private static string Quote(string key) => $"\"{key}\"";
}
