using RaftActors.Membership;

namespace RaftActors;

// Lease reads (dissertation, section 6.4.1): a group-wide setting, carried in the configuration. While it is on, no
// voter grants a vote or asks for one within the lease of hearing from a leader, or of its own start, for it may have
// heard one before; the only exception is an election that the leader asked for, and a leader that has done so has no
// lease for the rest of its term.
internal sealed partial class RaftActor
{
    private TimeSpan _startedAt;

    /// <summary>Whether this peer has promised not to elect anybody for now.</summary>
    private bool IsBoundByLease =>
        Configuration.Lease > TimeSpan.Zero
            && (Now - _startedAt < Configuration.Lease
            || (_leading is null && Now - _electionClock.LeaderHeard < Configuration.Lease));

    /// <summary>Whether this leader need not ask anybody whether it still leads.</summary>
    private bool HasLease => _leading is { HandedOver: false } leading
        && Configuration.Lease > TimeSpan.Zero
        && _configurations.LatestIndex <= _raftLog.CommitIndex
        && _raftLog.CommitIndex >= leading.FirstIndex
        && leading.Lease.Holds(Now, Configuration.Lease, _settings.LeaseClockDrift);

    /// <summary>Renewed with each heartbeat, unless a round of reads is about to do that.</summary>
    private void RenewLease()
    {
        var leading = _leading!;
        if (Configuration.Lease > TimeSpan.Zero && leading.Reads.TryDrawContext())
            leading.Lease.Drawn(leading.Reads.Context, Now);
    }

    /// <summary>
    /// Only who has the configuration that turned the leases on keeps the promise, and only if no other one follows it:
    /// with the first entry of the leader's term a log is the leader's, to its end.
    /// </summary>
    private void ConfirmLease()
    {
        var leading = _leading!;
        if (Configuration.Lease > TimeSpan.Zero)
            leading.Lease.Confirm(leading.MajorityReadContext(Math.Max(_configurations.LatestIndex,
                leading.FirstIndex)));
    }

    /// <summary>The group has the leases that its leader's settings ask for.</summary>
    private void ApplyLeaseSetting()
    {
        var wanted = _settings.Lease;
        if (Configuration.Lease != wanted && !Configuration.IsJoint && !IsTransferring
            && _configurations.LatestIndex <= _raftLog.CommitIndex && _raftLog.CommitIndex >= _leading!.FirstIndex)
            AppendConfiguration(Configuration.WithLease(wanted));
    }
}
