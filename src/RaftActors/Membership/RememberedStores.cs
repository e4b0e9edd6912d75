using RaftActors.Journal;

namespace RaftActors.Membership;

/// <summary>
/// What a peer remembers of the stores of the members, its own among them: their latest incarnations, which are durable
/// before the peer says anything that depends on them, and how far each store is known to have confirmed entries. What
/// a store has confirmed decides nothing: it only serves to say that a store was set back.
/// </summary>
internal sealed class RememberedStores(ConfigurationHistory configurations) : IAlsoDurable
{
    // By store: the term of the leader to which it last confirmed entries, and up to which index.
    private readonly Dictionary<string, (long Term, long Index)> _confirmed = new(StringComparer.Ordinal);

    // By store: what it had confirmed when this peer last said that the store was set back.
    private readonly Dictionary<string, (long Term, long Index)> _saidSetBack = new(StringComparer.Ordinal);
    private KnownStores _durable = KnownStores.None;
    private KnownStores _writing = KnownStores.None;

    // Whether what was confirmed has changed since it was last written, and since the followers were last told.
    private bool _isUnwritten;
    private bool _isUntold;

    /// <summary>The stores with their latest incarnations.</summary>
    public KnownStores Known { get; private set; } = KnownStores.None;

    /// <inheritdoc/>
    public bool IsDurable => ReferenceEquals(_durable, Known);

    // ---- The disk

    /// <summary>Takes over what the journal says; it is on the disk.</summary>
    public void Recover(IReadOnlyCollection<StoreRecord> records, string ownStoreId)
    {
        foreach (var record in records)
        {
            if (record.Incarnation >= Known.IncarnationOf(record.StoreId))
            {
                bool isSetBack = record.IsSetBack && record.StoreId == ownStoreId;
                Known = Known.With(record.StoreId, record.Incarnation, record.Address, isSetBack);
            }
            Confirmed(record.StoreId, record.ConfirmedTerm, record.ConfirmedIndex);
        }
        _durable = Known;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord>? Take()
    {
        // What stores have confirmed is worth no write of its own.
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

    /// <summary>Forgets the stores that are no member's any more.</summary>
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

    /// <summary>A store has confirmed entries to a leader.</summary>
    public void Confirmed(string storeId, long term, long index)
    {
        if (term == 0 || index == 0 || (term, index).CompareTo(_confirmed.GetValueOrDefault(storeId)) <= 0)
            return;
        _confirmed[storeId] = (term, index);
        _isUnwritten = true;
        _isUntold = true;
    }

    /// <summary>Whether something was confirmed since the followers were last told.</summary>
    public bool TakeUntold()
    {
        bool isUntold = _isUntold;
        _isUntold = false;
        return isUntold;
    }

    /// <summary>All that is remembered.</summary>
    public IReadOnlyList<StoreRecord> Records()
    {
        var records = new List<StoreRecord>();
        foreach (string storeId in Known.Ids)
        {
            var (term, index) = _confirmed.GetValueOrDefault(storeId);
            bool isSetBack = Known.IsSetBack(storeId);
            string address = Known.AddressOf(storeId);
            records.Add(new StoreRecord(storeId, Known.IncarnationOf(storeId), term, index, isSetBack, address));
        }
        return records;
    }

    /// <summary>All that is remembered, for a peer that may know other incarnations; otherwise nothing.</summary>
    /// <param name="digest">That of the other peer: see <see cref="KnownStores.Digest"/>.</param>
    public IReadOnlyList<StoreRecord> Unlike(ulong digest) => digest == 0 || digest == Known.Digest ? [] : Records();

    /// <summary>What is remembered of a store; <c>null</c> for nothing.</summary>
    public StoreRecord? Find(string storeId)
    {
        long incarnation = Known.IncarnationOf(storeId);
        var (term, index) = _confirmed.GetValueOrDefault(storeId);
        return incarnation == 0
            ? null
            : new StoreRecord(storeId, incarnation, term, index, Address: Known.AddressOf(storeId));
    }

    /// <summary>
    /// Judges a peer that has started: whether its store lacks what it had, and this was not said yet.
    /// </summary>
    /// <param name="storeId">Its store.</param>
    /// <param name="incarnation">The number of its start.</param>
    /// <param name="recovered">The term and the last index with which it started.</param>
    /// <param name="had">What the store had, in the words of a sentence; for the log.</param>
    public bool IsNewlySetBack(string storeId, long incarnation, (long Term, long Index) recovered, out string had)
    {
        had = "";
        if (Find(storeId) is not { } known)
            return false;
        var confirmed = (Term: known.ConfirmedTerm, Index: known.ConfirmedIndex);
        if (!Incarnations.IsForgotten(known.Incarnation, incarnation) && confirmed.CompareTo(recovered) <= 0)
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
