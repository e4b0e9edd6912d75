using RaftActors.Log;

namespace RaftActors.Coordination;

/// <summary>Who holds which lease. The table is pure: it depends only on the entries, in their order.</summary>
/// <remarks>
/// <para>
/// A lease has one holder: an owner in one process. The lease ends when the lease clock has moved by more than the time
/// to live since the lease was granted, or since the last sign of life of its process, if that is later. "More than"
/// makes up for the millisecond that the lease clock may be ahead. In real time, a lease lasts at least its time to
/// live, as the leader's clock measures it.
/// </para>
/// <para>
/// The same owner in another process is another incarnation of the owner. A later incarnation is granted the lease at
/// once, with a new token. An earlier incarnation is refused. So two processes that use the same owner's name by
/// mistake do not take the lease from each other in turn.
/// </para>
/// </remarks>
internal sealed class LeaseTable
{
    private const long Second = 1000;

    private readonly SortedDictionary<string, HeldLease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<long, LeaseProcess> _processes = [];

    /// <summary>The clock by which leases end.</summary>
    public LeaseClock Clock { get; private set; }

    /// <summary>All leases that are not known to have ended, in the order of their names.</summary>
    public IReadOnlyCollection<HeldLease> Leases => _leases.Values;

    /// <summary>The processes that hold leases, in the order of their numbers.</summary>
    public IEnumerable<LeaseProcess> Processes => _processes.Values.OrderBy(static process => process.Number);

    /// <summary>How many leases this replica has found to have ended because their holders were silent.</summary>
    public long Expired { get; private set; }

    /// <summary>Moves the clock on to that of the next entry.</summary>
    public void Advance(LogEntry entry)
    {
        long before = Clock.Now;
        Clock = Clock.After(entry);
        // Once in a second of the lease clock, so that leases whose holders are gone do not stay for ever. The clock
        // alone decides when, so that all replicas do it at the same entry.
        if (before / Second != Clock.Now / Second)
            RemoveEnded();
    }

    /// <summary>Finds a lease that has not ended; <c>null</c> if nobody holds it.</summary>
    public HeldLease? Find(string name) =>
        _leases.TryGetValue(name, out var lease) && TimeLeft(lease) >= 0 ? lease : null;

    /// <summary>
    /// How long a lease still lasts, in milliseconds of the lease clock. Negative once the lease has ended.
    /// </summary>
    public long TimeLeft(HeldLease lease) => _processes[lease.Process].EndOf(lease) - Clock.Now;

    /// <summary>Grants a lease, unless another owner or a later process holds it.</summary>
    /// <param name="name">The name of the lease.</param>
    /// <param name="owner">The owner that asks.</param>
    /// <param name="process">The number of the process that asks.</param>
    /// <param name="timeToLive">How long the lease is to live without a sign of life, in milliseconds.</param>
    /// <param name="heldToken">
    /// The token of the lease that the process still holds and wants to keep; 0 for none.
    /// </param>
    /// <param name="index">The index of the entry.</param>
    /// <param name="granted">Whether the process that asked now holds the lease.</param>
    /// <returns>The lease as it is held now.</returns>
    public HeldLease Acquire(string name, string owner, long process, long timeToLive, long heldToken, long index,
        out bool granted)
    {
        long token = index;
        if (Find(name) is { } current)
        {
            granted = current.Owner == owner && process >= current.Process;
            if (!granted)
                return current;
            if (process == current.Process && heldToken == current.Token)
                token = current.Token;
        }
        granted = true;
        if (_leases.TryGetValue(name, out var former))
        {
            if (TimeLeft(former) < 0)
                Expired++;
            Remove(former);
        }
        var lease = new HeldLease(name, owner, process, token, timeToLive, Clock.Now);
        Add(lease, null);
        return lease;
    }

    /// <summary>Records a sign of life of a process. Leases that have already ended stay ended.</summary>
    /// <param name="process">The process.</param>
    /// <param name="count">How many leases the process believes that it holds.</param>
    /// <param name="digest">The digest of their tokens.</param>
    /// <returns>
    /// <c>null</c> if the process's belief is right; otherwise the tokens of the leases that the process holds.
    /// </returns>
    public IReadOnlyList<long>? SignOfLife(long process, int count, ulong digest)
    {
        RemoveEnded();
        if (!_processes.TryGetValue(process, out var known))
            return count == 0 ? null : [];
        known.LastSign = Clock.Now;
        return known.Leases.Count == count && known.Digest == digest
            ? null
            : [.. known.Leases.Select(static lease => lease.Token).Order()];
    }

    /// <summary>Ends the lease of an owner.</summary>
    /// <returns>Whether the owner held the lease, in that process.</returns>
    public bool Release(string name, string owner, long process)
    {
        if (Find(name) is not { } lease || lease.Owner != owner || lease.Process != process)
            return false;
        Remove(lease);
        return true;
    }

    /// <summary>Ends a lease, whoever holds it. For an operator.</summary>
    /// <param name="name">The lease.</param>
    /// <param name="token">The token that the lease must have; 0 for any.</param>
    /// <returns>The lease that was ended; <c>null</c> if there was no such lease.</returns>
    public HeldLease? ForceRelease(string name, long token)
    {
        if (Find(name) is not { } lease || (token != 0 && lease.Token != token))
            return null;
        Remove(lease);
        return lease;
    }

    /// <summary>Restores the table from a snapshot. Called on a new table.</summary>
    public void Restore(LeaseClock clock, IEnumerable<(long Number, long? LastSign)> processes,
        IEnumerable<HeldLease> leases)
    {
        Clock = clock;
        var signs = processes.ToDictionary(static process => process.Number, static process => process.LastSign);
        foreach (var lease in leases)
            Add(lease, signs[lease.Process]);
    }

    private void Add(HeldLease lease, long? lastSign)
    {
        if (!_processes.TryGetValue(lease.Process, out var process))
            _processes.Add(lease.Process, process = new LeaseProcess(lease.Process) { LastSign = lastSign });
        process.Add(lease);
        _leases.Add(lease.Name, lease);
    }

    private void Remove(HeldLease lease)
    {
        _leases.Remove(lease.Name);
        var process = _processes[lease.Process];
        process.Remove(lease);
        if (process.Leases.Count == 0)
            _processes.Remove(process.Number);
    }

    private void RemoveEnded()
    {
        foreach (var process in _processes.Values.ToList())
        {
            foreach (var lease in process.Ended(Clock.Now))
            {
                Remove(lease);
                Expired++;
            }
        }
    }
}
