using Akka.Actor;
using Akka.Remote.Protocol;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>Messages of the runtime's own that any actor may send or get.</summary>
internal sealed class MiscMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string IdentifyManifest = "ID";
    private const string IdentityManifest = "AID";
    private const string ActorRefManifest = "AR";
    private const string PoisonPillManifest = "PP";
    private const string KillManifest = "K";
    private const string HeartbeatManifest = "RWHB";
    private const string HeartbeatRspManifest = "RWHR";
    private const string SuccessManifest = "STS";
    private const string FailureManifest = "STF";

    /// <summary>The path that stands for the reference to no actor.</summary>
    private const string NobodyPath = "nobody";

    private readonly ExceptionCodec _exceptions = new(system);

    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        Identify => IdentifyManifest,
        ActorIdentity => IdentityManifest,
        IActorRef => ActorRefManifest,
        PoisonPill => PoisonPillManifest,
        Kill => KillManifest,
        RemoteWatcher.Heartbeat => HeartbeatManifest,
        RemoteWatcher.HeartbeatRsp => HeartbeatRspManifest,
        Status.Success => SuccessManifest,
        Status.Failure => FailureManifest,
        _ => throw Unknown(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Identify identify => new IdentifyData { MessageId = identify.MessageId is null ? null : NestedPayload.Of(system, identify.MessageId) }.ToByteArray(),
        ActorIdentity identity => new ActorIdentityData
        {
            MessageId = NestedPayload.Of(system, identity.MessageId),
            Path = Akka.Serialization.Serialization.SerializedActorPath(identity.Subject),
        }.ToByteArray(),
        IActorRef actor => new ActorRefData { Path = actor is Nobody ? NobodyPath : Akka.Serialization.Serialization.SerializedActorPath(actor) }.ToByteArray(),
        PoisonPill or Kill or RemoteWatcher.Heartbeat => [],
        RemoteWatcher.HeartbeatRsp response => new HeartbeatResponseData { Uid = unchecked((ulong)response.AddressUid) }.ToByteArray(),
        Status.Success success => new StatusSuccessData { Status = NestedPayload.Of(system, success.Status) }.ToByteArray(),
        Status.Failure failure => new StatusFailureData { Cause = _exceptions.Write(failure.Cause), State = NestedPayload.Of(system, failure.State) }.ToByteArray(),
        _ => throw Unknown(obj),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case IdentifyManifest:
                return new Identify(NestedPayload.Read(system, IdentifyData.Parser.ParseFrom(bytes).MessageId));
            case IdentityManifest:
                var identity = ActorIdentityData.Parser.ParseFrom(bytes);
                return new ActorIdentity(NestedPayload.Read(system, identity.MessageId), identity.Path.Length == 0 ? null : system.Provider.ResolveActorRef(identity.Path));
            case ActorRefManifest:
                var path = ActorRefData.Parser.ParseFrom(bytes).Path;
                return path == NobodyPath ? Nobody.Instance : system.Provider.ResolveActorRef(path);
            case PoisonPillManifest:
                return PoisonPill.Instance;
            case KillManifest:
                return Kill.Instance;
            case HeartbeatManifest:
                return RemoteWatcher.Heartbeat.Instance;
            case HeartbeatRspManifest:
                return new RemoteWatcher.HeartbeatRsp(unchecked((int)HeartbeatResponseData.Parser.ParseFrom(bytes).Uid));
            case SuccessManifest:
                return new Status.Success(NestedPayload.Read(system, StatusSuccessData.Parser.ParseFrom(bytes).Status));
            case FailureManifest:
                var failure = StatusFailureData.Parser.ParseFrom(bytes);
                return new Status.Failure(_exceptions.Read(failure.Cause)!, NestedPayload.Read(system, failure.State));
            default:
                throw new ArgumentException($"Unknown manifest [{manifest}] of a message of the runtime", nameof(manifest));
        }
    }

    private static ArgumentException Unknown(object message) => new($"{message.GetType()} is not a message that this serializer knows", nameof(message));
}
