namespace RaftActors.Coordination;

/// <summary>A process that holds leases, in the replicated state.</summary>
/// <param name="number">The number of the process.</param>
internal sealed class LeaseProcess(long number)
{
    private readonly Dictionary<long, HeldLease> _leases = [];

    // The shortest time to live of all leases that the process has had.
    private long _shortest = long.MaxValue;

    public long Number { get; } = number;

    /// <summary>The process's last sign of life, by the lease clock; <c>null</c> before the first.</summary>
    public long? LastSign { get; set; }

    /// <summary>The leases of the process.</summary>
    public IReadOnlyCollection<HeldLease> Leases => _leases.Values;

    /// <summary>The digest of the tokens of the process's leases.</summary>
    public ulong Digest { get; private set; }

    public void Add(HeldLease lease)
    {
        _leases.Add(lease.Token, lease);
        Digest += TokenDigest.Of(lease.Token);
        _shortest = Math.Min(_shortest, lease.TimeToLive);
    }

    public void Remove(HeldLease lease)
    {
        if (_leases.Remove(lease.Token))
            Digest -= TokenDigest.Of(lease.Token);
    }

    /// <summary>The last moment of a lease, by the lease clock.</summary>
    public long EndOf(HeldLease lease) => Math.Max(lease.GrantedAt, LastSign ?? long.MinValue) + lease.TimeToLive;

    /// <summary>The leases of the process that have ended.</summary>
    /// <param name="now">The lease clock.</param>
    public IReadOnlyList<HeldLease> Ended(long now)
    {
        // No lease ends before its time to live has passed since the last sign of life.
        if (LastSign is { } sign && now - sign <= _shortest)
            return [];
        return [.. Leases.Where(lease => now > EndOf(lease))];
    }
}
