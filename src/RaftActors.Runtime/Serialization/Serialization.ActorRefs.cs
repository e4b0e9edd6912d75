using Akka.Actor;

namespace Akka.Serialization;

/// <summary>How actor references travel: as paths that lead back to them from where they are read.</summary>
public sealed partial class Serialization
{
    [ThreadStatic]
    internal static Information? CurrentTransportInformation;

    public static Information GetCurrentTransportInformation() =>
        CurrentTransportInformation ?? throw new InvalidOperationException("Nothing is being serialized for a transport. Use Serialization.WithTransport.");

    public static T WithTransport<T>(ExtendedActorSystem system, Func<T> action) => WithTransport(system, action, static inner => inner());

    public static T WithTransport<TState, T>(ExtendedActorSystem system, TState state, Func<TState, T> action)
    {
        var outer = CurrentTransportInformation;
        CurrentTransportInformation = system.Provider.SerializationInformation;
        try
        {
            return action(state);
        }
        finally
        {
            CurrentTransportInformation = outer;
        }
    }

    public static string SerializedActorPath(IActorRef? actorRef)
    {
        if (actorRef is null)
            return "";
        var origin = (actorRef as LocalActorRef)?.Provider;
        if (CurrentTransportInformation is not { } transport)
            return origin is null ? actorRef.Path.ToSerializationFormat() : actorRef.Path.ToSerializationFormatWithAddress(origin.DefaultAddress);
        // A reference of another system in this process is not reached at this system's address.
        var address = origin is null || origin.Settings.System == transport.System
            ? transport.Address
            : origin.GetExternalAddressFor(transport.Address) ?? origin.DefaultAddress;
        return actorRef.Path.ToSerializationFormatWithAddress(address);
    }

    public IActorRef DeserializeActorRef(string path) => System.Provider.ResolveActorRef(path);

    /// <summary>An outer transport stays in force; otherwise this system's own is entered.</summary>
    private Information? EnterTransport()
    {
        var outer = CurrentTransportInformation;
        CurrentTransportInformation ??= System.Provider.SerializationInformation;
        return outer;
    }
}
