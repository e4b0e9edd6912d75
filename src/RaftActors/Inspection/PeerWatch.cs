using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors.Inspection;

/// <summary>
/// Notices when a peer has known no leader for a while, and when it is behind its group's commit index, and when that
/// has ended.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="machine">The state machine of the peer.</param>
/// <param name="replica">Says whether the peer's state is right.</param>
/// <param name="problems">The problems of the peer.</param>
/// <param name="logger">The log of the node.</param>
internal sealed class PeerWatch(
    RaftSettings settings,
    RaftLog log,
    ConfigurationHistory configurations,
    StateMachineRunner machine,
    OwnReplica replica,
    PeerProblems problems,
    ILoggingAdapter logger)
{
    private readonly LeaderWatch _leaderWatch = new(settings, log, configurations);
    private readonly ApplyLag _lag = new(PeerProblems.Patience(settings));

    /// <summary>The timers of the peer that were late.</summary>
    public LateTimers LateTimers { get; } = new(settings, logger);

    /// <summary>The problems of the peer.</summary>
    public PeerProblem[] Problems => problems.All;

    /// <summary>Why the peer knows no leader; <c>null</c> if it knows one, or has known one lately.</summary>
    public string? WhyNoLeader => problems.ReasonOf(PeerProblemKind.NoLeader);

    /// <summary>Called when the peer knows another leader, or none.</summary>
    public void OnLeader(Member? leader, TimeSpan now)
    {
        if (leader is null)
        {
            _leaderWatch.LeaderLost(now);
            return;
        }
        _leaderWatch.LeaderFound();
        problems.End(PeerProblemKind.NoLeader, $"the group has a leader again, {leader.Id}");
        problems.End(PeerProblemKind.StoreInUse, "no other node runs with the store of this one");
        problems.End(PeerProblemKind.OtherGroup, $"members of its own group are there, and {leader.Id} leads");
    }

    /// <summary>
    /// Called when an election timeout has passed without a leader. If that lasts, says what is missing.
    /// </summary>
    public void OnLeaderless(TimeSpan now)
    {
        _leaderWatch.LeaderLost(now);
        if (_leaderWatch.Problem(now) is { } problem)
            problems.Begin(PeerProblemKind.NoLeader, problem);
    }

    /// <summary>
    /// Called when another member was heard. Needed only to say which members are missing while there is no leader.
    /// </summary>
    public void OnHeard(string memberId, bool knowsLeader, TimeSpan now)
    {
        if (!knowsLeader)
            _leaderWatch.Heard(memberId, now);
    }

    /// <summary>Compares the index that the peer has applied with the leader's commit index.</summary>
    public void OnCommitKnown(long committed, TimeSpan now)
    {
        if (replica.IsSetAside)
            return;
        if (_lag.Note(committed, machine.AppliedIndex, now))
            problems.Begin(PeerProblemKind.Behind, _lag.Problem(log.LastIndex, machine.AppliedIndex));
        else if (machine.AppliedIndex >= _lag.Target)
            problems.End(PeerProblemKind.Behind, "this node has caught up");
    }
}
