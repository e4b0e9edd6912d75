using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// How old the answer of a stale read may be. A peer measures the requested bound by its own clock, from when it last
/// heard its leader. The leader may itself have been cut off, until it noticed that it has no majority.
/// </summary>
internal sealed class ReadBounds(Cluster cluster)
{
    private static readonly TimeSpan LongestElectionTimeout =
        new RaftSettings { Group = "", MemberId = "", Members = [] }.ElectionTimeoutMax;

    private readonly List<TimeSpan> _committedAt = [];

    /// <summary>Records when the entries that are committed by now were committed.</summary>
    public void Note(TimeSpan now)
    {
        while (_committedAt.Count < cluster.Invariants.CommitIndex)
            _committedAt.Add(now);
    }

    /// <summary>Checks the answer of a peer to a stale read.</summary>
    /// <param name="node">The peer.</param>
    /// <param name="asked">When the peer was asked.</param>
    /// <param name="bound">How old the answer was allowed to be.</param>
    /// <param name="appliedIndex">The index that the answer reflects.</param>
    public void Check(SimulatedNode node, TimeSpan asked, TimeSpan bound, long appliedIndex)
    {
        // A message from the leader and an answer to the leader take some time, and may have waited for a process that
        // was paused.
        var slack = (2 * cluster.Network.LongestDelay) + (2 * cluster.LongestPause);
        double slowest = cluster.Nodes.Min(each => 1 + each.Drift);
        var since = asked - ((bound + LongestElectionTimeout) / slowest) - slack;
        if (appliedIndex < _committedAt.Count && _committedAt[(int)appliedIndex] < since)
            throw new SimulationViolation("stale reads keep their bound",
                $"{node} answered a read that was asked at {asked.TotalMilliseconds} ms, no older than "
                    + $"{bound.TotalMilliseconds} ms, as of {appliedIndex}; the next entry was committed at "
                    + $"{_committedAt[(int)appliedIndex].TotalMilliseconds} ms.");
    }
}
