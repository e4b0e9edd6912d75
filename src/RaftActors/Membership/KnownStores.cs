using System.IO.Hashing;
using System.Text;

namespace RaftActors.Membership;

/// <summary>What a peer remembers about the store of a member: its own store or another.</summary>
/// <param name="StoreId">The identity of the store.</param>
/// <param name="Incarnation">The latest known incarnation of the store: see <see cref="Incarnations"/>.</param>
/// <param name="ConfirmedTerm">
/// The term of the last leader to which the store is known to have confirmed entries; 0 if none is known.
/// </param>
/// <param name="ConfirmedIndex">
/// The last index that the store is known to have confirmed to that leader as durable.
/// </param>
/// <param name="IsSetBack">
/// For the peer's own store: whether it is known to have lost data and has not caught up yet.
/// </param>
/// <param name="Address">Where that incarnation runs; empty when it is not known.</param>
internal sealed record StoreRecord(string StoreId, long Incarnation, long ConfirmedTerm = 0, long ConfirmedIndex = 0,
    bool IsSetBack = false, string Address = "");

/// <summary>
/// The numbers of the incarnations of a store. Each start of a peer on a store is a new incarnation. The disk may have
/// been set back before the start, so the peer may have forgotten what an earlier incarnation said. Once the new
/// incarnation is known, what the earlier one said does not count any more.
/// </summary>
/// <remarks>
/// The upper bits count the starts. The lower bits are random. So a store that was set back to before its last start
/// does not use the number of that start again.
/// </remarks>
internal static class Incarnations
{
    private const int RandomBits = 40;

    /// <summary>The number of the next incarnation.</summary>
    /// <param name="latest">The latest known incarnation; 0 if there is none.</param>
    /// <param name="random">The peer's source of randomness.</param>
    public static long Next(long latest, Random random) =>
        (((latest >> RandomBits) + 1) << RandomBits) | random.NextInt64(1L << RandomBits);

    /// <summary>
    /// Whether another peer remembers an incarnation that this start does not know. Then the store was set back to
    /// before that incarnation.
    /// </summary>
    /// <param name="remembered">The incarnation that the other peer remembers.</param>
    /// <param name="own">The incarnation of this start.</param>
    public static bool IsForgotten(long remembered, long own) =>
        remembered != own && remembered >> RandomBits >= own >> RandomBits;
}

/// <summary>
/// The stores that a peer knows, with their latest incarnations. They are durable before the peer says anything that
/// depends on them. Immutable.
/// </summary>
/// <remarks>
/// This is a crash vector (Michael, Ports, Sharma and Szekeres, "Recovering Shared Objects Without Stable Storage",
/// DISC 2017). A majority whose members agree one after the other is a majority only if none of them, when it agreed,
/// knew a later incarnation of another one.
/// </remarks>
internal sealed class KnownStores
{
    /// <summary>No stores.</summary>
    public static readonly KnownStores None = new([]);

    private readonly Dictionary<string, KnownStore> _stores;

    private KnownStores(Dictionary<string, KnownStore> stores)
    {
        _stores = stores;
        foreach (var (storeId, store) in stores)
            Digest += XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(storeId), store.Incarnation);
    }

    /// <summary>
    /// A digest that two peers have in common if they know the same incarnations of the same stores; 0 for no stores.
    /// </summary>
    public ulong Digest { get; }

    /// <summary>The identities of the stores.</summary>
    public IEnumerable<string> Ids => _stores.Keys.Order(StringComparer.Ordinal);

    /// <summary>The latest incarnation of a store; 0 when none is known.</summary>
    public long IncarnationOf(string storeId) => Find(storeId).Incarnation;

    /// <summary>Where the latest incarnation of a store runs; empty when that is not known.</summary>
    public string AddressOf(string storeId) => Find(storeId).Address;

    /// <summary>Whether a store is marked as set back.</summary>
    public bool IsSetBack(string storeId) => Find(storeId).IsSetBack;

    /// <summary>The same stores, with another incarnation of one of them.</summary>
    public KnownStores With(string storeId, long incarnation, string address = "", bool isSetBack = false) =>
        new(new Dictionary<string, KnownStore>(_stores, StringComparer.Ordinal)
        {
            [storeId] = new KnownStore(incarnation, address, isSetBack),
        });

    /// <summary>The same stores, without those that are not needed any more.</summary>
    public KnownStores Keeping(Func<string, bool> isNeeded) => _stores.Keys.All(isNeeded)
        ? this
        : new KnownStores(new Dictionary<string, KnownStore>(_stores.Where(store => isNeeded(store.Key)),
            StringComparer.Ordinal));

    private KnownStore Find(string storeId) => _stores.GetValueOrDefault(storeId, new KnownStore(0, "", false));

    private readonly record struct KnownStore(long Incarnation, string Address, bool IsSetBack);
}
