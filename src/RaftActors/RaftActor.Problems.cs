using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors;

// What is wrong with this peer while it runs: told in its status, and in the log when it begins and when it ends.
// A store that fails stops the peer instead, and is told by the supervisor (RaftSupervisor.Store.cs).
internal sealed partial class RaftActor
{
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<PeerProblemKind, (PeerProblem Problem, TimeSpan Since)> _problems = [];

    // When each member was last heard while this peer knew no leader.
    private readonly Dictionary<string, TimeSpan> _heardWithoutLeader = new(StringComparer.Ordinal);
    private readonly ApplyLag _lag;
    private TimeSpan? _leaderlessSince;

    /// <summary>How long a state may last before it counts as a problem: longer than any ordinary election.</summary>
    private static TimeSpan Patience(RaftSettings settings) =>
        3 * settings.ElectionTimeoutMax is var elections && elections > LeastPatience ? elections : LeastPatience;

    /// <summary>Notes a problem. Of one that is known only the reason changes, and the log has no second line.</summary>
    /// <param name="kind">What is wrong.</param>
    /// <param name="reason">What is wrong, where, and what to do, in a sentence or two.</param>
    private void BeginProblem(PeerProblemKind kind, string reason)
    {
        bool isKnown = _problems.TryGetValue(kind, out var known);
        _problems[kind] = (new PeerProblem(kind, reason), isKnown ? known.Since : Now);
        if (!isKnown)
            Log.Warning("{0}: {1}", PersistenceId, reason);
    }

    /// <summary>Notes the end of a problem; nothing, if there is none of that kind.</summary>
    /// <param name="kind">What was wrong.</param>
    /// <param name="end">What is right again, in a sentence without its stop.</param>
    private void EndProblem(PeerProblemKind kind, string end)
    {
        if (_problems.Remove(kind, out var ended))
            Log.Info("{0}: {1}, after {2} s.", PersistenceId, end, (long)(Now - ended.Since).TotalSeconds);
    }

    private PeerProblem[] Problems() => [.. _problems.Values.Select(static known => known.Problem)];

    /// <summary>Compares what this peer has applied with what the leader has committed.</summary>
    private void NoteLag(long committed)
    {
        if (IsSetAside)
            return;
        if (!_lag.Note(committed, _machine.AppliedIndex, Now))
        {
            if (_machine.AppliedIndex >= _lag.Target && _problems.Count > 0)
                EndProblem(PeerProblemKind.Behind, "this node has caught up");
            return;
        }
        string where = _log.LastIndex < _lag.Target
            ? $"Its log ends at {_log.LastIndex}: the leader's entries, or its snapshot, do not arrive or cannot be stored"
            : $"Its log ends at {_log.LastIndex}: its state machine does not keep up";
        BeginProblem(
            PeerProblemKind.Behind,
            $"This node is behind: it has applied entries up to {_machine.AppliedIndex}, but the group had committed "
            + $"{_lag.Target} more than {Patience(_settings).TotalSeconds} s ago. {where}. Look at the log, the disk and "
            + "the network of this node and of the leader.");
    }

    /// <summary>Says once what is missing if no leader has been known for long. Called at each election timeout.</summary>
    private void NoteLeaderless()
    {
        _leaderlessSince ??= Now;
        if (Now - _leaderlessSince >= Patience(_settings))
            BeginProblem(PeerProblemKind.NoLeader, $"This node knows no leader. {WhyLeaderless()}");
    }

    private void NoteLeader(LeaderInfo? leader)
    {
        _leaderlessSince = leader is null ? _leaderlessSince ?? Now : null;
        if (leader is null)
            return;
        _heardWithoutLeader.Clear();
        EndProblem(PeerProblemKind.NoLeader, $"the group has a leader again, {leader.Member.Id}");
        EndProblem(PeerProblemKind.StoreInUse, "no other node runs with the store of this one");
        EndProblem(PeerProblemKind.OtherGroup, $"members of its own group are there, and {leader.Member.Id} leads");
    }

    /// <summary>Notes that another member lives. Only needed to say who is missing while nobody leads.</summary>
    private void NoteHeard(string memberId)
    {
        if (_leader is null && Configuration.Find(memberId) is not null)
            _heardWithoutLeader[memberId] = Now;
    }

    private string WhyLeaderless()
    {
        if (_log.IsEmpty && _settings.Join)
            return $"Its log is empty: it waits until member {_self.Id} at {_self.Address} is added to the group.";
        var since = Now - Patience(_settings);
        bool IsHeard(Voter server) =>
            server.Id == _self.Id || (_heardWithoutLeader.TryGetValue(server.Id, out var heard) && heard >= since);
        string silent = string.Join(
            ", ",
            Configuration.Servers.ToArray().Where(server => Configuration.IsVoter(server.Id) && !IsHeard(server))
                .Select(static server => $"{server.Id} at {server.Address}"));
        if (_log.IsEmpty)
        {
            return silent.Length > 0
                ? $"Its log is empty, and these members do not answer: {silent}. Start them, or correct raft.members."
                : "Its log is empty. The other members answer, but this node is not in their group: see the logs.";
        }
        if (Configuration.HasMajority(IsHeard))
        {
            return silent.Length > 0
                ? $"A majority of the voters can be heard, but not {silent}. "
                    + "None of those that can be heard has won an election."
                : "All voters can be heard, but none has won an election. See their logs.";
        }
        return $"No majority of the voters can be heard. These do not answer: {silent}. "
            + "Start them, or repair the network. If the disks of a majority are lost for good, or their addresses "
            + "have changed, make a group of one node's store: raftnode recover (in your own program: StoreRecovery).";
    }
}
