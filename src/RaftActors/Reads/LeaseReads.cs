using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Reads;

/// <summary>
/// Lease reads (dissertation, section 6.4.1): a setting of the whole group, which is carried in the configuration.
/// While it is on, a voter that has heard a leader neither grants a vote nor asks for one within the lease. Neither
/// does a voter that has just started, because it may have heard a leader before. There is one exception: an election
/// that the leader asked for. A leader that has asked for one has no lease for the rest of its term.
/// </summary>
/// <param name="settings">The leader's settings, including the largest difference between two clocks.</param>
/// <param name="log">The log.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="clock">When the peer last heard a leader.</param>
internal sealed class LeaseReads(
    RaftSettings settings, RaftLog log, ConfigurationHistory configurations, ElectionClock clock)
{
    private TimeSpan _startedAt;

    /// <summary>Whether the group has lease reads.</summary>
    public bool AreOn => Lease > TimeSpan.Zero;

    private TimeSpan Lease => configurations.Latest.Lease;

    /// <summary>Called when the peer starts.</summary>
    public void Start(TimeSpan now) => _startedAt = now;

    /// <summary>Whether the peer has promised to grant no vote for now.</summary>
    /// <param name="leads">Whether the peer leads. A leader has heard no other leader.</param>
    /// <param name="now">The time.</param>
    public bool BindVoter(bool leads, TimeSpan now) =>
        AreOn && (now - _startedAt < Lease || (!leads && now - clock.LeaderHeard < Lease));

    /// <summary>Whether a leader holds a lease, so that it need not ask whether it still leads.</summary>
    public bool AreHeldBy(LeaderState leader, TimeSpan now) => AreOn
        && !leader.HandedOver
        && configurations.LatestIndex <= log.CommitIndex
        && log.CommitIndex >= leader.FirstIndex
        && leader.Lease.Holds(now, Lease, settings.LeaseClockDrift);

    /// <summary>
    /// Called when a leader is about to send heartbeats. They renew its lease, unless a round of reads is about to do
    /// that.
    /// </summary>
    public void Renew(LeaderState leader, TimeSpan now)
    {
        if (AreOn && leader.Reads.TryDrawContext())
            leader.Lease.Drawn(leader.Reads.Context, now);
    }

    /// <summary>
    /// Called when a leader has begun a round of reads. The heartbeats of the round renew the lease, too.
    /// </summary>
    public void OnRound(LeaderState leader, TimeSpan now)
    {
        if (AreOn)
            leader.Lease.Drawn(leader.Reads.Context, now);
    }

    /// <summary>
    /// Called when a follower has answered a leader. Only a voter whose log has the configuration that turned the
    /// leases on keeps the promise, and only if no other configuration follows in its log. Once a log has the first
    /// entry of the leader's term, it is the leader's log to its end.
    /// </summary>
    public void Confirm(LeaderState leader)
    {
        if (!AreOn)
            return;
        long first = Math.Max(configurations.LatestIndex, leader.FirstIndex);
        leader.Lease.Confirm(leader.MajorityReadContext(first));
    }
}
