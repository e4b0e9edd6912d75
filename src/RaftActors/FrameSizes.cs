namespace RaftActors;

/// <summary>
/// Which other members' remoting takes messages of another size than this node's. A message that is larger than its
/// receiver takes cuts the connection.
/// </summary>
/// <param name="own">The most bytes of one message that this node's remoting takes; 0 without remoting.</param>
internal sealed class FrameSizes(long own)
{
    // Names come from messages: whoever makes them up must not fill the memory.
    private const int MostKnown = 64;

    private readonly SortedDictionary<string, long> _others = new(StringComparer.Ordinal);

    /// <summary>The most bytes of one message that this node's remoting takes; 0 without remoting.</summary>
    public long Own => own;

    /// <summary>The members that have said another size, and what they said.</summary>
    public IReadOnlyDictionary<string, long> Others => _others;

    /// <summary>Takes note of what a member has said.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="said">The size; 0 if it says nothing.</param>
    /// <returns>
    /// What is to be told about it, the end of a sentence about the member; <c>null</c> if nothing is, or it was told.
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
