using System.IO.Hashing;
using System.Text;

namespace RaftActors.Membership;

/// <summary>What a peer remembers of a member's store, its own or another.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Incarnation">Its latest incarnation: see <see cref="Incarnations"/>.</param>
/// <param name="ConfirmedTerm">
/// The term of the last leader that it is known to have confirmed entries to; 0 when none is known.
/// </param>
/// <param name="ConfirmedIndex">The last index that it is known to have confirmed to that leader as durable.</param>
/// <param name="IsSetBack">
/// Of the own store: whether it is known to have lost something that it had, and has not caught up yet.
/// </param>
/// <param name="Address">Where that incarnation runs; empty when it is not known.</param>
internal sealed record StoreRecord(string StoreId, long Incarnation, long ConfirmedTerm = 0, long ConfirmedIndex = 0,
    bool IsSetBack = false, string Address = "");

/// <summary>
/// The numbers of a store's incarnations. Each start of a peer on a store is a new incarnation of the store: what an
/// earlier one has said does not bind it, for its disk may have been set back in between, and so does not count any
/// more once the new one is known.
/// </summary>
/// <remarks>
/// The upper bits count the starts. The lower ones are drawn at random, so that a store that was set back to before its
/// last start does not take the number of that start again.
/// </remarks>
internal static class Incarnations
{
    private const int RandomBits = 40;

    /// <summary>The number of the incarnation after some.</summary>
    /// <param name="latest">The latest of those, or 0.</param>
    /// <param name="random">The peer's source of randomness.</param>
    public static long Next(long latest, Random random) =>
        (((latest >> RandomBits) + 1) << RandomBits) | random.NextInt64(1L << RandomBits);

    /// <summary>
    /// Whether a start that should be later than all that others remember is not: then the store was set back to before
    /// it.
    /// </summary>
    /// <param name="remembered">What another peer remembers.</param>
    /// <param name="own">The number of the start.</param>
    public static bool IsForgotten(long remembered, long own) =>
        remembered != own && remembered >> RandomBits >= own >> RandomBits;
}

/// <summary>
/// The stores that a peer knows, with their latest incarnations: durable before the peer says anything that depends on
/// them. Immutable.
/// </summary>
/// <remarks>
/// This is a crash vector (Michael, Ports, Sharma and Szekeres, "Recovering Shared Objects Without Stable Storage",
/// DISC 2017): a majority that is gathered over time is one only if no member of it knew, when it agreed, of a later
/// incarnation of another.
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
    /// A number that two peers have alike if they know the same incarnations of the same stores; 0 for none.
    /// </summary>
    public ulong Digest { get; }

    /// <summary>The stores.</summary>
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

    /// <summary>Of the stores only those that are still somebody's.</summary>
    public KnownStores Keeping(Func<string, bool> isNeeded) => _stores.Keys.All(isNeeded)
        ? this
        : new KnownStores(new Dictionary<string, KnownStore>(_stores.Where(store => isNeeded(store.Key)),
            StringComparer.Ordinal));

    private KnownStore Find(string storeId) => _stores.GetValueOrDefault(storeId, new KnownStore(0, "", false));

    private readonly record struct KnownStore(long Incarnation, string Address, bool IsSetBack);
}
