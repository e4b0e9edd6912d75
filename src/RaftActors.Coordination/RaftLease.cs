using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;

namespace RaftActors.Coordination;

/// <summary>A lease that a Raft group grants to one owner at a time.</summary>
/// <remarks>
/// <para>
/// <c>lease-class</c> names this class. The section of the configuration is <c>akka.coordination.lease.raft</c> by
/// default. A lease can be acquired again after it was lost or released. Thread-safe.
/// </para>
/// <para>
/// A holder counts on the lease until its own monotonic time before it asked, plus the time to live, less clock drift
/// and margin. Each sign of life that the group confirms moves that moment on. So a holder gives the lease up before
/// the group can grant it to another, even if the holder hears nothing, was paused, or its wall clock was set.
/// </para>
/// </remarks>
public sealed class RaftLease : Lease
{
    private readonly RaftLeases _leases;
    private readonly IScheduler _scheduler;
    private Hold? _hold;
    private int _releases;

    /// <summary>
    /// Makes a lease. <see cref="LeaseProvider"/> calls this constructor by reflection. It does not acquire the lease.
    /// </summary>
    /// <param name="settings">The name, the owner, the times, and the section of the configuration.</param>
    /// <param name="system">The actor system.</param>
    /// <exception cref="ConfigurationException">A key is missing or wrong. The message names the key.</exception>
    public RaftLease(LeaseSettings settings, ExtendedActorSystem system)
        : base(settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(system);
        RaftSettings = RaftLeaseSettings.From(settings);
        _leases = RaftLeases.Get(system);
        _scheduler = system.Scheduler;
        // From now on the keeper checks that the group answers, so that a wrong set-up is found before the lease is
        // needed.
        _leases.EnsureKeeper(RaftSettings);
    }

    /// <summary>
    /// The fencing token of the lease while the lease is held; <c>null</c> otherwise. Each grant has a higher token
    /// than all grants before it, of any lease of the group. What the lease protects must refuse a token lower than one
    /// it has seen.
    /// </summary>
    public long? Token => Current?.Token;

    internal RaftLeaseSettings RaftSettings { get; }

    /// <summary>
    /// How often the lease was released. A grant does not count if the lease was released after the acquisition was
    /// called.
    /// </summary>
    internal int Releases => Volatile.Read(ref _releases);

    /// <summary>The hold that counts now; <c>null</c> if the lease is not held.</summary>
    internal Hold? Current =>
        Volatile.Read(ref _hold) is { } hold && _scheduler.HighResMonotonicClock < hold.Until ? hold : null;

    /// <summary>Asks the group for the lease.</summary>
    /// <returns>
    /// Whether the lease is held. <c>true</c> only if an entry that the group committed during the call says so. Fails
    /// with a <see cref="LeaseTimeoutException"/> if the group does not answer within <c>lease-operation-timeout</c>.
    /// The outcome is then unknown; if the lease turns out to be granted later, it is given back. Fails with a
    /// <see cref="LeaseException"/> if the group cannot grant the lease. Errors are in the task; the call itself does
    /// not throw.
    /// </returns>
    public override Task<bool> Acquire() => Acquire(static _ => { });

    /// <summary>Asks the group for the lease.</summary>
    /// <param name="leaseLostCallback">
    /// Called once when the lease is lost, unless it was released. Never called before the returned task is done. An
    /// actor makes the call, so the callback must not block.
    /// </param>
    /// <returns>As <see cref="Acquire()"/>.</returns>
    public override Task<bool> Acquire(Action<Exception> leaseLostCallback)
    {
        var request = NewRequest(
            () => new LeaseTimeoutException($"{this}: the lease group '{RaftSettings.Group}' has not answered within "
            + $"{RaftSettings.OperationTimeout.TotalSeconds} s. {_leases.WhyNot(RaftSettings.Group)} Nobody knows "
            + "whether the lease was acquired."));
        _leases.Tell(RaftSettings.Group, new AcquireCall(this, request, leaseLostCallback, Releases));
        return request.Task;
    }

    /// <summary>Gives the lease back. From this call on, this process does not hold the lease.</summary>
    /// <returns>
    /// <c>true</c> if an entry of the group says that the owner no longer has the lease, or did not have it.
    /// <c>false</c> if the outcome is not known within <c>lease-operation-timeout</c>; the group is then still asked
    /// until it answers. Never fails.
    /// </returns>
    public override Task<bool> Release()
    {
        Interlocked.Increment(ref _releases);
        Volatile.Write(ref _hold, null);
        var request = NewRequest(null);
        _leases.Tell(RaftSettings.Group, new ReleaseCall(this, request));
        return request.Task;
    }

    /// <summary>Whether the lease is held now, by this process's own clock. Does not block and sends nothing.</summary>
    public override bool CheckLease() => Current is not null;

    /// <inheritdoc/>
    public override string ToString() => $"The lease '{Settings.LeaseName}' of '{Settings.OwnerName}'";

    /// <summary>Begins a hold.</summary>
    internal void Set(Hold hold) => Interlocked.Exchange(ref _hold, hold);

    /// <summary>Ends a hold, unless another hold has begun or the lease was released.</summary>
    /// <returns>Whether the hold was the present one.</returns>
    internal bool End(Hold hold) => Interlocked.CompareExchange(ref _hold, null, hold) == hold;

    private LeaseRequest NewRequest(Func<Exception>? onTimeout) =>
        new(_scheduler.Advanced, RaftSettings.OperationTimeout, _leases.ContinuesInline(RaftSettings.Group),
            _leases.Ended, onTimeout);
}
