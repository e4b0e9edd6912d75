using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;

namespace RaftActors.Coordination;

/// <summary>A lease that a Raft group grants to one owner at a time.</summary>
/// <remarks>
/// <para>
/// The class to name in <c>lease-class</c>; the section is <c>akka.coordination.lease.raft</c> by default. Usable again
/// after it was lost or released. Thread-safe.
/// </para>
/// <para>
/// A holder counts on the lease until its own monotonic time before it asked, plus the time to live less clock drift
/// and margin. Each sign of life that the group has confirmed moves that moment on. So a holder takes the lease for
/// lost before the group can grant it to another, also if it hears nothing, stood still, or its wall clock was set.
/// </para>
/// </remarks>
public sealed class RaftLease : Lease
{
    private readonly RaftLeases _leases;
    private readonly IScheduler _scheduler;
    private Hold? _hold;
    private int _releases;

    /// <summary>
    /// Makes a lease; <see cref="LeaseProvider"/> does, by reflection. Nothing is asked of the group for it.
    /// </summary>
    /// <param name="settings">Name, owner, times, and the section of the configuration.</param>
    /// <param name="system">The actor system.</param>
    /// <exception cref="ConfigurationException">A key is missing or wrong; the message names it.</exception>
    public RaftLease(LeaseSettings settings, ExtendedActorSystem system)
        : base(settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(system);
        RaftSettings = RaftLeaseSettings.From(settings);
        _leases = RaftLeases.Get(system);
        _scheduler = system.Scheduler;
        // From now on the group is asked whether it answers, so that a wrong set-up is found before the lease is
        // needed.
        _leases.EnsureKeeper(RaftSettings);
    }

    /// <summary>
    /// The fencing token of the lease while it is held; <c>null</c> otherwise. Each grant has a higher token than all
    /// grants before it, of any lease of the group. Whatever the lease protects refuses a token lower than one that it
    /// has seen.
    /// </summary>
    public long? Token => Current?.Token;

    internal RaftLeaseSettings RaftSettings { get; }

    /// <summary>
    /// How often it was released. An acquisition that was begun before the last time is not believed.
    /// </summary>
    internal int Releases => Volatile.Read(ref _releases);

    /// <summary>The hold that may be believed now.</summary>
    internal Hold? Current =>
        Volatile.Read(ref _hold) is { } hold && _scheduler.HighResMonotonicClock < hold.Until ? hold : null;

    /// <summary>Asks the group for the lease.</summary>
    /// <returns>
    /// Whether the lease is held, as an entry of the group says that was committed during the call. Fails with a
    /// <see cref="LeaseTimeoutException"/> if the group has not said so within <c>lease-operation-timeout</c>: then
    /// nobody knows yet. If it turns out later that the lease was granted, it is given back. Never throws before it
    /// returns.
    /// </returns>
    public override Task<bool> Acquire() => Acquire(static _ => { });

    /// <summary>Asks the group for the lease.</summary>
    /// <param name="leaseLostCallback">
    /// Called once when the lease is lost, unless it was released, and never before the returned task is done. Called
    /// by an actor: it must not block.
    /// </param>
    /// <returns>As <see cref="Acquire()"/>.</returns>
    public override Task<bool> Acquire(Action<Exception> leaseLostCallback)
    {
        var request = NewRequest(
            () => new LeaseTimeoutException($"{this}: the lease group '{RaftSettings.Group}' has not answered within "
            + $"{RaftSettings.OperationTimeout.TotalSeconds} s. {_leases.WhyNot(RaftSettings.Group)} Nobody knows "
            + "whether the lease was acquired."));
        _leases.Tell(RaftSettings.Group, new LeaseKeeper.Acquire(this, request, leaseLostCallback, Releases));
        return request.Task;
    }

    /// <summary>Gives the lease back. This process takes it for lost at once.</summary>
    /// <returns>
    /// <c>true</c> if an entry of the group says that the owner does not have the lease any more, or did not have it;
    /// <c>false</c> if nobody knows within <c>lease-operation-timeout</c>. The group is asked on until it answers.
    /// Never fails.
    /// </returns>
    public override Task<bool> Release()
    {
        Interlocked.Increment(ref _releases);
        Volatile.Write(ref _hold, null);
        var request = NewRequest(null);
        _leases.Tell(RaftSettings.Group, new LeaseKeeper.Release(this, request));
        return request.Task;
    }

    /// <summary>Whether the lease is held now, by this process's own clock. Does not block, and asks nobody.</summary>
    public override bool CheckLease() => Current is not null;

    /// <inheritdoc/>
    public override string ToString() => $"The lease '{Settings.LeaseName}' of '{Settings.OwnerName}'";

    /// <summary>Begins a hold.</summary>
    internal void Set(Hold hold) => Interlocked.Exchange(ref _hold, hold);

    /// <summary>Ends a hold, unless another has begun or it was released.</summary>
    /// <returns>Whether it was the present one.</returns>
    internal bool End(Hold hold) => Interlocked.CompareExchange(ref _hold, null, hold) == hold;

    private LeaseRequest NewRequest(Func<Exception>? onTimeout) =>
        new(_scheduler.Advanced, RaftSettings.OperationTimeout, _leases.ContinuesInline(RaftSettings.Group),
            _leases.Ended, onTimeout);
}
