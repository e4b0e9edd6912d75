using System.IO.Hashing;
using System.Text;
using Akka.Actor;
using Akka.Remote;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>Delivers the messages that arrive over one link to their peers. One thread at a time uses it.</summary>
internal sealed class PeerInbox(ExtendedActorSystem system, RaftSerializer serializer)
{
    // The bytes of paths come from messages, so the number of known paths must have a bound.
    private const int MostKnown = 16 * 1024;

    private readonly Dictionary<byte[], IInternalActorRef>.AlternateLookup<ReadOnlySpan<byte>> _known =
        new Dictionary<byte[], IInternalActorRef>(new PathComparer()).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Delivers a message.</summary>
    /// <returns>Whether the message was for a group of this node. If not, nothing was done.</returns>
    public bool TryDeliver(scoped in PeerEnvelope envelope)
    {
        if (envelope.SerializerId != serializer.Identifier || Recipient(envelope.RecipientPath) is not { } recipient)
            return false;
        object message = serializer.Read(envelope.Message, ManifestOf(envelope.Manifest));
        recipient.Tell(message, ActorRefs.NoSender);
        return true;
    }

    // To find an actor costs far more than to tell it something. An actor that has stopped may have a successor of the
    // same name.
    private IInternalActorRef? Recipient(ReadOnlySpan<byte> path)
    {
#pragma warning disable CS0618 // To watch the actor instead would take another actor.
        if (_known.TryGetValue(path, out var known) && !known.IsTerminated)
            return known;
#pragma warning restore CS0618
        // ResolveActorRef would remember actors that have stopped, for each thread.
        var provider = (IRemoteActorRefProvider)system.Provider;
        var found = (IInternalActorRef)provider.InternalResolveActorRef(Encoding.UTF8.GetString(path));
        if (!found.IsLocal || !RaftGroups.IsGroup(found.Path))
            return null;
        if (_known.Dictionary.Count >= MostKnown)
            _known.Dictionary.Clear();
        _known[path] = found;
        return found;
    }

    private static string ManifestOf(ReadOnlySpan<byte> manifest) =>
        manifest.SequenceEqual("AE"u8)
            ? "AE"
            : manifest.SequenceEqual("AER"u8)
            ? "AER"
            : Encoding.UTF8.GetString(manifest);

    private sealed class PathComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<byte> one, byte[] other) => one.SequenceEqual(other);

        public int GetHashCode(byte[] path) => GetHashCode(path.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> path) => (int)XxHash3.HashToUInt64(path);

        public byte[] Create(ReadOnlySpan<byte> path) => path.ToArray();
    }
}
