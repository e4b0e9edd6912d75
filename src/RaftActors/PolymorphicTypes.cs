using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace RaftActors;

/// <summary>
/// Says which types may be written by serializers that take any type. Such a serializer reads by the names and fields
/// that types have at that time, which may have changed since the write. For data that lives in a log, that is a risk.
/// The host must accept it in its configuration.
/// </summary>
internal sealed class PolymorphicTypes : IExtension
{
    /// <summary>The identifier of Akka.NET's JSON serializer, in the log and on the wire.</summary>
    public const int JsonIdentifier = 1;

    /// <summary>The key that accepts types that Akka.NET's JSON serializer writes.</summary>
    public const string AllowJson = "raft.allow-json-commands";

    /// <summary>The key that names the types that Hyperion may write.</summary>
    public const string ListOfTypes = "raft.hyperion-types";

    private const string UnsafeTypes = "akka.actor.serialization-settings.hyperion.disallow-unsafe-type";

    // By name, because a host that does not use Hyperion need not have its package.
    private const string HyperionSerializer = "Akka.Serialization.HyperionSerializer";

    private const string WaysOut = "Pass a byte[], or register a serializer of your own for the type in"
        + " akka.actor.serialization-bindings, or bind the type to Hyperion there and list it in " + ListOfTypes + ".";

    private readonly bool _allowsJson;
    private readonly HashSet<Type> _hyperionTypes = [];

    private PolymorphicTypes(Config config)
    {
        _allowsJson = config.GetBoolean(AllowJson);
        foreach (string name in config.Texts(ListOfTypes))
        {
            _hyperionTypes.Add(Type.GetType(name)
                ?? throw new ConfigurationException($"{ListOfTypes} has {name}: there is"
                + " no such type. A type is written with its assembly: \"My.Orders.Place, My.Orders\"."));
        }
        if (_hyperionTypes.Count > 0 && !config.GetBoolean(UnsafeTypes, true))
        {
            throw new ConfigurationException(
                $"{UnsafeTypes} = off: with types in {ListOfTypes}, Hyperion must refuse unsafe types.");
        }
    }

    /// <summary>Reads the rules from the configuration of an actor system.</summary>
    /// <exception cref="ConfigurationException">
    /// The configuration names a type that does not exist, or its keys contradict each other.
    /// </exception>
    public static PolymorphicTypes Of(ActorSystem system) => system.WithExtension<PolymorphicTypes, Id>();

    /// <summary>Whether a serializer takes any type. What it writes must be read back before it is used.</summary>
    public static bool IsPolymorphic(Serializer serializer) =>
        serializer is NewtonSoftJsonSerializer || IsHyperion(serializer);

    /// <summary>Why a type must not be written by its serializer; <c>null</c> if it may.</summary>
    /// <param name="serializer">The serializer.</param>
    /// <param name="type">The type.</param>
    public string? Problem(Serializer serializer, Type type)
    {
        if (serializer is NewtonSoftJsonSerializer)
            return JsonProblem(type.ToString());
        if (!IsHyperion(serializer) || _hyperionTypes.Contains(type))
            return null;
        return $"A {type} would be written by Hyperion, which matches fields by position, and is not listed in"
            + $" {ListOfTypes}. {WaysOut}";
    }

    /// <summary>Why a type must not be written by the JSON serializer; <c>null</c> if it may.</summary>
    /// <param name="type">The name of the type.</param>
    public string? JsonProblem(string type) => _allowsJson ? null
        : $"A {type} would be written by Akka.NET's JSON serializer, which does not read everything as it was written."
        + $" {WaysOut} {AllowJson} = on accepts it as it is.";

    private static bool IsHyperion(Serializer serializer) => serializer.GetType().FullName == HyperionSerializer;

    private sealed class Id : ExtensionIdProvider<PolymorphicTypes>
    {
        public override PolymorphicTypes CreateExtension(ExtendedActorSystem system) => new(system.Settings.Config);
    }
}
