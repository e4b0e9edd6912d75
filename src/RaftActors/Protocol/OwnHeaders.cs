namespace RaftActors.Protocol;

/// <summary>
/// The headers that a peer puts into its messages. While nothing in a header changes, the messages to a store share
/// one, which is then encoded only once: see <see cref="HeaderCache"/>.
/// </summary>
internal sealed class OwnHeaders
{
    // The leader's followers, and a few that are no members.
    private const int MostStores = 16;

    private readonly List<PeerHeader> _toStores = [];
    private PeerHeader? _toNone;

    /// <summary>The header of a message.</summary>
    /// <param name="present">What the header says now, without the store to which the message goes.</param>
    /// <param name="toStoreId"><see cref="PeerHeader.ToStoreId"/>.</param>
    public PeerHeader Of(in OwnHeader present, string toStoreId)
    {
        if (_toNone is null || !present.IsIn(_toNone))
        {
            _toStores.Clear();
            _toNone = present.ToHeader();
        }
        if (toStoreId.Length == 0)
            return _toNone;
        foreach (var known in _toStores)
        {
            if (known.ToStoreId == toStoreId)
                return known;
        }
        if (_toStores.Count == MostStores)
            _toStores.Clear();
        var header = _toNone with { ToStoreId = toStoreId };
        _toStores.Add(header);
        return header;
    }
}

/// <summary>What a peer says of itself in a header: see <see cref="PeerHeader"/>.</summary>
internal readonly record struct OwnHeader(string Address, string Group, string MemberId, string StoreId, long Term)
{
    public long MaximumFrameSize { get; init; }

    public required string GroupId { get; init; }

    public bool GroupIsUndecided { get; init; }

    public bool IsEmpty { get; init; }

    public long Incarnation { get; init; }

    public bool IsVerifying { get; init; }

    /// <summary>Whether a header says the same.</summary>
    public bool IsIn(PeerHeader header) =>
        header.Term == Term && header.Incarnation == Incarnation && header.IsEmpty == IsEmpty
            && header.IsVerifying == IsVerifying && header.GroupIsUndecided == GroupIsUndecided
            && header.MaximumFrameSize == MaximumFrameSize && header.StoreId == StoreId && header.GroupId == GroupId
            && header.Address == Address && header.Group == Group && header.MemberId == MemberId;

    /// <summary>The header of a message to no particular store.</summary>
    public PeerHeader ToHeader() => new(Address, Group, MemberId, StoreId, Term)
    {
        MaximumFrameSize = MaximumFrameSize,
        GroupId = GroupId,
        GroupIsUndecided = GroupIsUndecided,
        Version = PeerHeader.CurrentVersion,
        IsEmpty = IsEmpty,
        Incarnation = Incarnation,
        IsVerifying = IsVerifying,
    };
}
