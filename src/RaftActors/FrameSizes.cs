using Akka.Actor;

namespace RaftActors;

/// <summary>
/// The other members whose remoting takes messages of another size than this node's. A message that is larger than its
/// receiver takes ends the connection.
/// </summary>
/// <param name="own">The largest message in bytes that this node's remoting takes; 0 without remoting.</param>
internal sealed class FrameSizes(long own)
{
    // Member ids come from messages, so the number of known members must have a bound.
    private const int MostKnown = 64;

    private readonly SortedDictionary<string, long> _others = new(StringComparer.Ordinal);

    /// <summary>The largest message in bytes that this node's remoting takes; 0 without remoting.</summary>
    public long Own => own;

    /// <summary>The sizes as an actor system begins: its own, and no other member's.</summary>
    public static FrameSizes Of(ExtendedActorSystem system) => new(RaftSettings.LargestFrame(system) ?? 0);

    /// <summary>The most bytes that the payload of a message of this node may have.</summary>
    public long Room => own == 0 ? long.MaxValue : own - RaftSettings.FrameOverhead;

    /// <summary>The members whose remoting takes another size, each with its size in bytes.</summary>
    public IReadOnlyDictionary<string, long> Others => _others;

    /// <summary>Records what a member says about its remoting.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="said">The size in bytes; 0 if the member does not say it.</param>
    /// <returns>
    /// The end of a sentence about the member, for the log. <c>null</c> if there is nothing to say, or if it was said
    /// before.
    /// </returns>
    public string? Learn(string memberId, long said)
    {
        if (said == own || said <= 0 || own == 0)
        {
            if (_others.Count > 0 && said == own)
                _others.Remove(memberId);
            return null;
        }
        bool isNews = !_others.TryGetValue(memberId, out long known) ? _others.Count < MostKnown : known != said;
        if (!isNews)
            return null;
        _others[memberId] = said;
        return $"has {RaftSettings.MaximumFrameSize} = {said}, this node has {own}: a message that is larger than the"
            + " smaller of the two cuts the connection between them. Give all nodes the same value.";
    }
}
