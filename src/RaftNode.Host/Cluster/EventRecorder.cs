using System.Text.Json;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftNode.Host.Http;

namespace RaftNode.Host.Cluster;

/// <summary>Notes what the node's peer publishes on the event stream as events of the node.</summary>
internal sealed class EventRecorder : ReceiveActor
{
    private static readonly Type[] Heard =
    [
        typeof(RoleChanged), typeof(LeaderChanged), typeof(ElectionStarted), typeof(SnapshotStored),
        typeof(MembershipChanged), typeof(ProblemBegan), typeof(ProblemEnded), typeof(StoreUnavailable),
        typeof(StoreAvailable), typeof(PeerFailed), typeof(PeerRemoved),
    ];

    private readonly NodeEvents _events;

    // The last election of each group, if nothing but elections has happened since: a node that is cut off asks for
    // pre-votes without end, and the first of its elections says it all.
    private readonly Dictionary<string, ElectionStarted> _elections = [];
    private readonly bool _namesGroups;

    /// <summary>Makes the actor.</summary>
    /// <param name="events">The node's events.</param>
    /// <param name="namesGroups">Whether an event says of which group it is, because there are several.</param>
    public EventRecorder(NodeEvents events, bool namesGroups = false)
    {
        _events = events;
        _namesGroups = namesGroups;
        Receive<RoleChanged>(OnRole);
        Receive<LeaderChanged>(OnLeader);
        Receive<ElectionStarted>(OnElection);
        Receive<SnapshotStored>(OnSnapshot);
        Receive<MembershipChanged>(OnMembers);
        Receive<ProblemBegan>(began => Add(began.Group, EventKinds.Problem, began.Problem.Reason.TrimEnd('.'),
            added => added with { Reason = Problems.TypeOf(began.Problem.Kind) }));
        Receive<ProblemEnded>(ended => Add(ended.Group, EventKinds.Recovered, ended.End,
            added => added with { Reason = Problems.TypeOf(ended.Kind) }));
        Receive<StoreUnavailable>(outage => Add(outage.Group, EventKinds.Problem, outage.Reason.TrimEnd('.'),
            static added => added with { Reason = Problems.StoreUnavailableType }));
        Receive<StoreAvailable>(back => Add(
            back.Group, EventKinds.Recovered, "the journal and the snapshot store can be used",
            static added => added with { Reason = Problems.StoreUnavailableType }));
        Receive<PeerFailed>(failed => Add(failed.Group, EventKinds.Problem, failed.Reason.TrimEnd('.')));
        Receive<PeerRemoved>(removed => Add(
            removed.Group, EventKinds.Members, $"{removed.MemberId} was removed from the group",
            added => added with { Index = removed.Index }));
    }

    protected override void PreStart()
    {
        foreach (var type in Heard)
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void OnRole(RoleChanged changed)
    {
        if (changed.Role != RaftRole.PreCandidate)
            _elections.Remove(changed.Group);
        string role = JsonNamingPolicy.CamelCase.ConvertName(changed.Role.ToString());
        string text = changed.Role switch
        {
            RaftRole.Leader => $"{changed.MemberId} leads term {changed.Term}",
            RaftRole.Candidate => $"{changed.MemberId} asks for votes in term {changed.Term}",
            RaftRole.PreCandidate => $"{changed.MemberId} asks for pre-votes",
            _ => $"{changed.MemberId} is a follower",
        };
        Add(changed.Group, EventKinds.Role, text, added => added with { Term = changed.Term, Role = role });
    }

    private void OnLeader(LeaderChanged changed)
    {
        if (changed.Leader is not null)
            _elections.Remove(changed.Group);
        string text = changed.Leader is { } leader
            ? $"{changed.MemberId} knows {leader.Id} as the leader of term {changed.Term}"
            : $"{changed.MemberId} knows no leader";
        Add(changed.Group, EventKinds.Leader, text,
            added => added with { Term = changed.Term, Leader = changed.Leader?.Id });
    }

    private void OnElection(ElectionStarted started)
    {
        if (started == _elections.GetValueOrDefault(started.Group))
            return;
        _elections[started.Group] = started;
        string why = started.Reason switch
        {
            "timeout" => "no leader was heard within the election timeout",
            "disconnected" => "the connection to the leader was lost",
            "transfer" => "the leadership is transferred to it",
            "asked" => "it was asked to",
            var other => other,
        };
        Add(started.Group, EventKinds.Election, $"{started.MemberId} begins an election: {why}",
            added => added with { Term = started.Term, Reason = started.Reason });
    }

    private void OnSnapshot(SnapshotStored stored) => Add(stored.Group, EventKinds.Snapshot,
        $"{stored.MemberId} {(stored.IsInstalled ? "has installed the leader's snapshot" : "has taken a snapshot")} "
            + $"up to entry {stored.Index}, {stored.Bytes} bytes",
        added => added with { Term = stored.Term, Index = stored.Index, Bytes = stored.Bytes });

    private void OnMembers(MembershipChanged changed)
    {
        string learners = changed.Learners.Count > 0 ? $"; learners: {Names(changed.Learners)}" : "";
        string joint = changed.IsJoint ? "; the change is still under way" : "";
        Add(changed.Group, EventKinds.Members, $"voters: {Names(changed.Voters)}{learners}{joint}",
            added => added with { Index = changed.Index });
    }

    private void Add(string group, string kind, string text, Func<NodeEvent, NodeEvent>? more = null) =>
        _events.Add(kind, _namesGroups ? $"{group}: {text}" : text, _namesGroups
            ? added => (more?.Invoke(added) ?? added) with { Group = group }
            : more);

    private static string Names(IReadOnlyList<Member> members) =>
        string.Join(", ", members.Select(static member => member.Id));
}
