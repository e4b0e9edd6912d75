using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Inspection;
using RaftActors.Replication;

namespace RaftActors;

// When the peer has a problem, and when a problem has ended.
internal sealed partial class RaftActor
{
    private readonly PeerProblems _problems;
    private readonly LeaderWatch _leaderWatch;
    private readonly ApplyLag _lag;

    /// <summary>Compares what this peer has applied with what the leader has committed.</summary>
    private void NoteLag(long committed)
    {
        if (_replica.IsSetAside)
            return;
        if (_lag.Note(committed, _machine.AppliedIndex, Now))
            _problems.Begin(PeerProblemKind.Behind, _lag.Problem(_raftLog.LastIndex, _machine.AppliedIndex));
        else if (_machine.AppliedIndex >= _lag.Target)
            _problems.End(PeerProblemKind.Behind, "this node has caught up");
    }

    /// <summary>Says what is missing if no leader has been known for long. Called at each election timeout.</summary>
    private void NoteLeaderless()
    {
        _leaderWatch.LeaderLost(Now);
        if (_leaderWatch.Problem(Now) is { } problem)
            _problems.Begin(PeerProblemKind.NoLeader, problem);
    }

    private void NoteLeader(LeaderInfo? leader)
    {
        if (leader is null)
        {
            _leaderWatch.LeaderLost(Now);
            return;
        }
        _leaderWatch.LeaderFound();
        _problems.End(PeerProblemKind.NoLeader, $"the group has a leader again, {leader.Member.Id}");
        _problems.End(PeerProblemKind.StoreInUse, "no other node runs with the store of this one");
        _problems.End(PeerProblemKind.OtherGroup, $"members of its own group are there, and {leader.Member.Id} leads");
    }

    /// <summary>Notes that another member lives. Only needed to say who is missing while nobody leads.</summary>
    private void NoteHeard(string memberId)
    {
        if (_leader is null)
            _leaderWatch.Heard(memberId, Now);
    }
}
