using System.Text;
using Akka.Actor;
using Akka.Event;
using Registry = Akka.Serialization.Serialization;

namespace Akka.Remote.Endpoints;

/// <summary>A message as bytes, with what is needed to read it again.</summary>
internal readonly record struct Payload(byte[] Bytes, int SerializerId, string? Manifest);

/// <summary>Between messages and bytes, on whichever thread sends or receives. Only registered serializers take part.</summary>
internal sealed class MessageCodec(Remoting remoting)
{
    private readonly ExtendedActorSystem _system = remoting.System;

    public bool TrySerialize(object message, IActorRef recipient, out Payload payload)
    {
        try
        {
            payload = Registry.WithTransport(_system, (System: _system, Message: message), static state => Serialize(state.System, state.Message));
            return true;
        }
        catch (Exception e)
        {
            remoting.Log.Error(e, "Serialization failed for message [{0}] to {1}. The association remains.", TypeName(message), recipient);
            payload = default;
            return false;
        }
    }

    /// <summary>Null, and logged and counted, if no registered serializer reads it.</summary>
    public object? TryDeserialize(byte[] bytes, int serializerId, string manifest, string peer)
    {
        try
        {
            return _system.Serialization.Deserialize(bytes, serializerId, manifest);
        }
        catch (Exception e)
        {
            remoting.Counters.NotDeserialized.Increment();
            remoting.Log.Warning(e, "Deserialization failed for message from {0} with serializer id [{1}] and manifest [{2}]. The message is dropped, the association remains.", peer, serializerId, manifest);
            return null;
        }
    }

    /// <summary>A sender's path as it stands in an envelope: with this system's address if it is local.</summary>
    public ReadOnlySpan<byte> SenderPath(IActorRef? sender)
    {
        switch (sender)
        {
            case null:
                return default;
            case RemoteActorRef remote:
                return remote.Utf8Path;
            case LocalActorRef:
                return sender.Path.RemoteForm ??= Encode(sender);
            default:
                return Encode(sender);
        }
    }

    private static Payload Serialize(ExtendedActorSystem system, object message)
    {
        var serializer = system.Serialization.FindSerializerFor(message);
        return new Payload(serializer.ToBinary(message), serializer.Identifier, Registry.ManifestFor(serializer, message));
    }

    private byte[] Encode(IActorRef sender) => Encoding.UTF8.GetBytes(sender.Path.ToSerializationFormatWithAddress(remoting.LocalAddress));

    /// <summary>What is wrapped tells more than what wraps it.</summary>
    private static string TypeName(object message) =>
        message is IWrappedMessage wrapped ? $"{message.GetType()}-->{TypeName(wrapped.Message)}" : message.GetType().ToString();
}
