using RaftActors.Journal;

namespace RaftActors.Membership;

/// <summary>
/// What a peer remembers about the stores of the members, including its own. It remembers their latest incarnations,
/// which are durable before the peer says anything that depends on them. It also remembers how far each store is known
/// to have confirmed entries. That only serves to say that a store was set back; nothing is decided by it.
/// </summary>
internal sealed class RememberedStores(ConfigurationHistory configurations) : IAlsoDurable
{
    // For each store: the term of the leader to which it last confirmed entries, the last confirmed index, and the
    // latest incarnation that may have confirmed it.
    private readonly Dictionary<string, (long Term, long Index, long By)> _confirmed = new(StringComparer.Ordinal);

    // For each store: what it had confirmed when this peer last said that the store was set back.
    private readonly Dictionary<string, (long Term, long Index)> _saidSetBack = new(StringComparer.Ordinal);
    private KnownStores _durable = KnownStores.None;
    private KnownStores _writing = KnownStores.None;

    // Whether confirmations have changed since they were last written, and since the followers were last told.
    private bool _isUnwritten;
    private bool _isUntold;

    /// <summary>The stores with their latest incarnations.</summary>
    public KnownStores Known { get; private set; } = KnownStores.None;

    /// <inheritdoc/>
    public bool IsDurable => ReferenceEquals(_durable, Known);

    // ---- The disk

    /// <summary>Takes over the records in the journal, which are durable.</summary>
    public void Recover(IReadOnlyCollection<StoreRecord> records, string ownStoreId)
    {
        foreach (var record in records)
        {
            if (record.Incarnation >= Known.IncarnationOf(record.StoreId))
            {
                bool isSetBack = record.IsSetBack && record.StoreId == ownStoreId;
                Known = Known.With(record.StoreId, record.Incarnation, record.Address, isSetBack);
            }
            Confirmed(record);
        }
        _durable = Known;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord>? Take()
    {
        // Confirmations alone need no write of their own.
        var records = IsDurable && !_isUnwritten ? null : Records();
        _writing = Known;
        _isUnwritten = false;
        return records;
    }

    /// <inheritdoc/>
    public void Written() => _durable = _writing;

    // ---- Incarnations

    /// <summary>Notes the incarnation of the peer's own store.</summary>
    public void SetOwn(string storeId, long incarnation, string address, bool isSetBack = false) =>
        Known = Known.With(storeId, incarnation, address, isSetBack);

    /// <summary>Forgets the stores that belong to no member any more.</summary>
    public void KeepMembers(string ownStoreId) => Known = Known.Keeping(storeId => IsOfMember(storeId, ownStoreId));

    /// <summary>Notes the incarnation of another member's store.</summary>
    /// <returns>Whether it is later than the one that was known.</returns>
    public bool Learn(string storeId, long incarnation, string address, string ownStoreId)
    {
        if (incarnation <= Known.IncarnationOf(storeId))
            return false;
        KeepMembers(ownStoreId);
        Known = Known.With(storeId, incarnation, address);
        return true;
    }

    /// <summary>Whether a store is the peer's own, or that of a member.</summary>
    public bool IsOfMember(string storeId, string ownStoreId)
    {
        if (storeId == ownStoreId)
            return true;
        foreach (var server in configurations.Latest.Servers)
        {
            if (server.IsBound && server.StoreId == storeId)
                return true;
        }
        return false;
    }

    // ---- What was confirmed

    /// <summary>Records that a store has confirmed entries to a leader, as another peer remembers.</summary>
    public void Confirmed(StoreRecord record) =>
        Confirmed(record.StoreId, record.ConfirmedTerm, record.ConfirmedIndex, record.Incarnation);

    /// <summary>Records that a store has confirmed entries to a leader.</summary>
    /// <param name="storeId">The store.</param>
    /// <param name="term">The term of the leader.</param>
    /// <param name="index">The last index that the store has confirmed to the leader.</param>
    /// <param name="incarnation">The latest incarnation that may have confirmed that.</param>
    public void Confirmed(string storeId, long term, long index, long incarnation)
    {
        var known = _confirmed.GetValueOrDefault(storeId);
        if (term == 0 || index == 0 || (term, index).CompareTo((known.Term, known.Index)) <= 0)
            return;
        _confirmed[storeId] = (term, index, incarnation);
        _isUnwritten = true;
        _isUntold = true;
    }

    /// <summary>Whether a store has confirmed entries since the followers were last told. Resets that.</summary>
    public bool TakeUntold()
    {
        bool isUntold = _isUntold;
        _isUntold = false;
        return isUntold;
    }

    /// <summary>The records of all known stores.</summary>
    public IReadOnlyList<StoreRecord> Records()
    {
        var records = new List<StoreRecord>();
        foreach (string storeId in Known.Ids)
        {
            var (term, index, _) = _confirmed.GetValueOrDefault(storeId);
            bool isSetBack = Known.IsSetBack(storeId);
            string address = Known.AddressOf(storeId);
            records.Add(new StoreRecord(storeId, Known.IncarnationOf(storeId), term, index, isSetBack, address));
        }
        return records;
    }

    /// <summary>The records of all known stores, if another peer may know other incarnations; otherwise none.</summary>
    /// <param name="digest">The digest of the other peer: see <see cref="KnownStores.Digest"/>.</param>
    public IReadOnlyList<StoreRecord> Unlike(ulong digest) => digest == 0 || digest == Known.Digest ? [] : Records();

    /// <summary>The record of a store; <c>null</c> if there is none.</summary>
    public StoreRecord? Find(string storeId)
    {
        long incarnation = Known.IncarnationOf(storeId);
        var (term, index, _) = _confirmed.GetValueOrDefault(storeId);
        return incarnation == 0
            ? null
            : new StoreRecord(storeId, incarnation, term, index, Address: Known.AddressOf(storeId));
    }

    /// <summary>
    /// Whether the store of a peer that has started lacks data that it had, and this peer has not said so yet.
    /// </summary>
    /// <param name="storeId">The store of the peer.</param>
    /// <param name="incarnation">The incarnation of the store.</param>
    /// <param name="recovered">The term and the last index with which it started.</param>
    /// <param name="had">What the store had, as a clause for the log.</param>
    public bool IsNewlySetBack(string storeId, long incarnation, (long Term, long Index) recovered, out string had)
    {
        had = "";
        if (Find(storeId) is not { } known)
            return false;
        var confirmed = (Term: known.ConfirmedTerm, Index: known.ConfirmedIndex);
        // What the asking incarnation has confirmed itself may be later than its question.
        bool hasLost = confirmed.CompareTo(recovered) > 0 && _confirmed[storeId].By < incarnation;
        if (!hasLost && !Incarnations.IsForgotten(known.Incarnation, incarnation))
            return false;
        if (_saidSetBack.TryGetValue(storeId, out var said) && said == confirmed)
            return false;
        _saidSetBack[storeId] = confirmed;
        had = confirmed.Index > 0
            ? $"it had confirmed entries up to {confirmed.Index} in term {confirmed.Term}"
            : known.Address.Length > 0 ? $"it was started since, at {known.Address}" : "it was started since";
        return true;
    }
}
