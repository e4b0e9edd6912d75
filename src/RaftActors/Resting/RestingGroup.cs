using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Akka.Actor;

namespace RaftActors.Resting;

/// <summary>A group that rests on this node, as the node's <see cref="NodeWatch"/> knows it.</summary>
/// <param name="Group">The name of the group.</param>
/// <param name="Rest">Counts the rests of the peer, so that a peer knows which rest has ended.</param>
/// <param name="Peer">The supervisor of the peer.</param>
/// <param name="Leads">Whether the peer leads.</param>
/// <param name="Number">Stands for the group and its term in digests and lists.</param>
/// <param name="Since">When the rest began.</param>
internal sealed record RestingGroup(
    string Group, long Rest, IActorRef Peer, bool Leads, ulong Number, TimeSpan Since)
{
    /// <summary>The number of a group that rests in a term. Other groups and terms have other numbers.</summary>
    public static ulong NumberOf(string group, long term)
    {
        // A name has up to 64 characters of ASCII.
        Span<byte> bytes = stackalloc byte[sizeof(long) + 64];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, term);
        int length = Encoding.ASCII.GetBytes(group, bytes[sizeof(long)..]);
        return XxHash3.HashToUInt64(bytes[..(sizeof(long) + length)]);
    }
}
