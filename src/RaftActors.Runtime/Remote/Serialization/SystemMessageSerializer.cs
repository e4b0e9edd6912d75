using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Protocol;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>Those system messages that go from system to system: what death watch needs, and stopping. The others concern a parent and its children.</summary>
internal sealed class SystemMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    // Akka.NET names its classes.
    private const string WatchManifest = "Akka.Dispatch.SysMsg.Watch, Akka";
    private const string UnwatchManifest = "Akka.Dispatch.SysMsg.Unwatch, Akka";
    private const string DeathManifest = "Akka.Dispatch.SysMsg.DeathWatchNotification, Akka";
    private const string TerminateManifest = "Akka.Dispatch.SysMsg.Terminate, Akka";

    public override int Identifier => 22;

    public override string Manifest(object o) => o switch
    {
        Watch => WatchManifest,
        Unwatch => UnwatchManifest,
        DeathWatchNotification => DeathManifest,
        Terminate => TerminateManifest,
        _ => throw Unknown(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Watch watch => new WatchData { Watchee = Ref(watch.Watchee), Watcher = Ref(watch.Watcher) }.ToByteArray(),
        Unwatch unwatch => new WatchData { Watchee = Ref(unwatch.Watchee), Watcher = Ref(unwatch.Watcher) }.ToByteArray(),
        DeathWatchNotification death => new DeathWatchNotificationData
        {
            Actor = Ref(death.Actor),
            ExistenceConfirmed = death.ExistenceConfirmed,
            AddressTerminated = death.AddressTerminated,
        }.ToByteArray(),
        Terminate => [],
        _ => throw Unknown(obj),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case WatchManifest:
                var watch = WatchData.Parser.ParseFrom(bytes);
                return new Watch(Resolve(watch.Watchee), Resolve(watch.Watcher));
            case UnwatchManifest:
                var unwatch = WatchData.Parser.ParseFrom(bytes);
                return new Unwatch(Resolve(unwatch.Watchee), Resolve(unwatch.Watcher));
            case DeathManifest:
                var death = DeathWatchNotificationData.Parser.ParseFrom(bytes);
                return new DeathWatchNotification(Resolve(death.Actor), death.ExistenceConfirmed, death.AddressTerminated);
            case TerminateManifest:
                return new Terminate();
            default:
                throw new ArgumentException($"Unknown manifest [{manifest}] of a system message", nameof(manifest));
        }
    }

    private static ActorRefData Ref(IActorRef actor) => new() { Path = Akka.Serialization.Serialization.SerializedActorPath(actor) };

    private IInternalActorRef Resolve(ActorRefData? actor) =>
        actor is { Path.Length: > 0 } ? (IInternalActorRef)system.Provider.ResolveActorRef(actor.Path) : throw new ArgumentException("A system message about no actor");

    private static ArgumentException Unknown(object message) => new($"{message.GetType()} does not go from system to system", nameof(message));
}
