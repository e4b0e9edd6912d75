using System.Text;
using Akka.Actor;
using Akka.Remote;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>Delivers the messages that arrive over one link to their peers. One thread at a time uses it.</summary>
internal sealed class PeerInbox(ExtendedActorSystem system, RaftSerializer serializer)
{
    private byte[] _path = [];
    private IInternalActorRef? _recipient;

    /// <summary>Delivers a message.</summary>
    /// <returns>Whether the message was for a group of this node. If not, nothing was done.</returns>
    public bool TryDeliver(scoped in PeerEnvelope envelope)
    {
        if (envelope.SerializerId != serializer.Identifier || Recipient(envelope.RecipientPath) is not { } recipient)
            return false;
        object message = serializer.FromBinary(envelope.Message.ToArray(), ManifestOf(envelope.Manifest));
        recipient.Tell(message, ActorRefs.NoSender);
        return true;
    }

    // Nearly all messages are for one group, so its actor is remembered. An actor that has stopped may have a successor
    // of the same name.
    private IInternalActorRef? Recipient(ReadOnlySpan<byte> path)
    {
#pragma warning disable CS0618 // To watch the actor instead would take another actor.
        if (_recipient is { IsTerminated: false } known && path.SequenceEqual(_path))
            return known;
#pragma warning restore CS0618
        // ResolveActorRef would remember actors that have stopped, for each thread.
        var provider = (IRemoteActorRefProvider)system.Provider;
        var found = (IInternalActorRef)provider.InternalResolveActorRef(Encoding.UTF8.GetString(path));
        if (!found.IsLocal || !RaftGroups.IsGroup(found.Path))
            return null;
        _path = path.ToArray();
        return _recipient = found;
    }

    private static string ManifestOf(ReadOnlySpan<byte> manifest) =>
        manifest.SequenceEqual("AE"u8)
            ? "AE"
            : manifest.SequenceEqual("AER"u8)
            ? "AER"
            : Encoding.UTF8.GetString(manifest);
}
