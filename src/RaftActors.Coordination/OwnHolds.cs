using Akka.Actor;
using Akka.Coordination;
using Akka.Event;

namespace RaftActors.Coordination;

/// <summary>What <see cref="OwnHolds"/> asks of its keeper.</summary>
internal interface IHoldingKeeper : IWithTimers
{
    /// <summary>The number of this process in the group.</summary>
    long Process { get; }

    /// <summary>
    /// Has the group end a lease that this process does not count on any more. The group may still list the lease for
    /// this process, and the signs of life would keep the lease alive.
    /// </summary>
    void GiveBack(KeptLease kept);
}

/// <summary>
/// The leases of one group that this process holds. One sign of life is given for all of them, and a hold ends when its
/// time is over.
/// </summary>
internal sealed class OwnHolds
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly LeaseGroup _group;
    private readonly GroupRequests _requests;
    private readonly IScheduler _scheduler;
    private readonly ILoggingAdapter _log;
    private readonly IHoldingKeeper _keeper;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly HashSet<KeptLease> _held = [];
    private ulong _digest;
    private TimeSpan? _signedAt;
    private TimeSpan _signInterval = TimeSpan.MaxValue;
    private TimeSpan? _nextLoss;

    public OwnHolds(
        LeaseGroup group, GroupRequests requests, IScheduler scheduler, ILoggingAdapter log, IHoldingKeeper keeper)
    {
        _group = group;
        _requests = requests;
        _scheduler = scheduler;
        _log = log;
        _keeper = keeper;
        _tag = new("group", group.Name);
    }

    /// <summary>The time by which leases are held.</summary>
    public TimeSpan Now => _scheduler.HighResMonotonicClock;

    /// <summary>The group has granted a lease: its hold begins, or goes on if the token is the same.</summary>
    public void Keep(KeptLease kept, long token, TimeSpan until)
    {
        if (kept.Hold is { } present && present.Token == token)
        {
            present.Extend(until);
            return;
        }
        End(kept);
        kept.Hold = new Hold(token, until);
        kept.Lease.Set(kept.Hold);
        _held.Add(kept);
        LeaseMetrics.Own.Add(1, _tag);
        unchecked
        {
            _digest += TokenDigest.Of(token);
        }
        LookForLostAt(until);
        if (kept.Settings.SignInterval >= _signInterval)
            return;
        _signInterval = kept.Settings.SignInterval;
        _keeper.Timers.StartPeriodicTimer(SignOfLife.Instance, SignOfLife.Instance, _signInterval);
    }

    /// <summary>Ends the hold without calling the callback.</summary>
    public void End(KeptLease kept)
    {
        if (kept.Hold is not { } hold)
            return;
        kept.Hold = null;
        kept.Lease.End(hold);
        _held.Remove(kept);
        LeaseMetrics.Own.Add(-1, _tag);
        unchecked
        {
            _digest -= TokenDigest.Of(hold.Token);
        }
        if (_held.Count > 0)
            return;
        _keeper.Timers.Cancel(SignOfLife.Instance);
        _signInterval = TimeSpan.MaxValue;
    }

    /// <summary>Ends the hold, and calls the callback unless the owner has released the lease meanwhile.</summary>
    public void Lose(KeptLease kept, string why)
    {
        if (kept.Hold is not { } hold)
            return;
        // False if the owner has released the lease meanwhile. The owner then does not expect a callback.
        bool isLost = kept.Lease.End(hold);
        End(kept);
        var leaseLost = kept.LeaseLost;
        kept.LeaseLost = null;
        if (!isLost)
            return;
        LeaseMetrics.Lost.Add(1, _tag);
        _log.Warning("{0} is lost: {1}", kept.Lease, why);
        try
        {
            leaseLost?.Invoke(new LeaseException(why));
        }
        catch (Exception failure)
        {
            _log.Error(failure, "The callback of {0} failed.", kept.Lease);
        }
    }

    /// <summary>Gives a sign of life for the leases that are held now, unless one is under way.</summary>
    public void GiveSignOfLife()
    {
        if (_signedAt is not null || _held.Count == 0)
            return;
        var askedAt = Now;
        _signedAt = askedAt;
        // The answer confirms only the leases that are held now.
        (KeptLease Kept, Hold Hold)[] held = [.. _held.Select(static kept => (kept, kept.Hold!))];
        var sign = new Wire.SignOfLife { Process = _keeper.Process, Count = held.Length, Digest = _digest };
        _requests.Propose(new Wire.Command { SignOfLife = sign }, answer =>
        {
            _signedAt = null;
            if (GroupRequests.ReplyIn(answer) is { Held: { } known })
                OnSigned(held, askedAt, known.AsSaid ? null : [.. known.Tokens]);
            // The answer took longer than the interval, so the next sign is due.
            if (_held.Count > 0 && Now - askedAt >= _signInterval)
                GiveSignOfLife();
        });
    }

    /// <summary>Loses the leases whose time is over.</summary>
    public void LoseOverdue()
    {
        _nextLoss = null;
        var now = Now;
        foreach (var kept in _held.Where(kept => now >= kept.Hold!.Until).ToList())
            LoseByTime(kept);
        if (_held.Count > 0)
            LookForLostAt(_held.Min(static kept => kept.Hold!.Until));
    }

    private void OnSigned((KeptLease Kept, Hold Hold)[] held, TimeSpan askedAt, HashSet<long>? tokens)
    {
        var now = Now;
        foreach (var (kept, hold) in held)
        {
            if (kept.Hold != hold)
                continue;
            if (tokens is not null && !tokens.Contains(hold.Token))
                Lose(kept, $"{kept.Lease} with token {hold.Token} is not this process's any more: a later process of "
                    + "the same owner took it over, or an operator took it away.");
            else if (now >= hold.Until)
                LoseByTime(kept);
            else
                hold.Extend(askedAt + kept.Settings.HoldTime);
        }
    }

    private void LoseByTime(KeptLease kept)
    {
        Lose(kept, $"{kept.Lease} was not confirmed by the group '{_group.Name}' for "
            + $"{kept.Settings.HoldTime.TotalMilliseconds} ms.");
        _keeper.GiveBack(kept);
    }

    private void LookForLostAt(TimeSpan at)
    {
        if (_nextLoss <= at)
            return;
        _nextLoss = at;
        var left = at - Now;
        _keeper.Timers.StartSingleTimer(
            LookForLost.Instance, LookForLost.Instance, left < Millisecond ? Millisecond : left);
    }

    /// <summary>Told to the keeper when a sign of life is due.</summary>
    internal sealed record SignOfLife
    {
        public static readonly SignOfLife Instance = new();
    }

    /// <summary>Told to the keeper when the time of a hold may be over.</summary>
    internal sealed record LookForLost
    {
        public static readonly LookForLost Instance = new();
    }
}
