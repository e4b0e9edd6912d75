using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Cluster.Protocol;
using RaftActors.Cluster.Wire;
using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>
/// The members of one group, on one node. Beside the group's leader it compares the members with the nodes of the
/// cluster and asks for one change at a time, as <see cref="MembershipPlan"/> says. On every node it answers which
/// member runs there, lets the peer found or join the group, and has a leaving node wait until its vote is taken over.
/// </summary>
internal sealed class MembershipCoordinator : UntypedActor, IWithTimers
{
    private static readonly TimeSpan LeaveInterval = TimeSpan.FromMilliseconds(200);

    private readonly CoordinatorSettings _settings;
    private readonly Props? _watch;
    private readonly NodeDirectory _nodes = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<string> _saidProblems = new(StringComparer.Ordinal);

    // The peer, as far as it has said.
    private ContactState _state = ContactState.Starting;
    private RaftStatus? _status;
    private GroupMembers? _members;

    // Whether the peer has followed a leader, or led, since it was started.
    private bool _hasKnownLeader;

    private bool _isInCluster;
    private MembershipStep _step = new("Nothing is known of the cluster yet.");

    // The request that the peer has not answered yet; 0 for none.
    private long _pending;
    private long _lastRequest;

    private IActorRef? _founder;
    private GroupFounder.Progress _founding = new(new FoundingStep(""), []);
    private IReadOnlyList<Member> _founders = [];

    // Whoever stops this node, and waits until its vote is taken over.
    private IActorRef? _leaveAsker;

    public MembershipCoordinator(CoordinatorSettings settings, Props? watch)
    {
        _settings = settings;
        _watch = watch;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private Member Own => _settings.Self;

    private bool IsLeader => _status is { Role: RaftRole.Leader };

    private TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Makes the coordinator.</summary>
    /// <param name="settings">What it needs.</param>
    /// <param name="watch">The actor that tells it about the cluster; <c>null</c> if somebody else does.</param>
    public static Props Props(CoordinatorSettings settings, Props? watch) =>
        Akka.Actor.Props.Create(() => new MembershipCoordinator(settings, watch));

    protected override void PreStart()
    {
        Context.Watch(_settings.Peer);
        foreach (var type in PeerEvents)
            Context.System.EventStream.Subscribe(Self, type);
        if (_watch is not null)
            Context.ActorOf(_watch, "cluster");
        SayProblems(_settings.Membership.Doubts());
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TimeSpan.Zero, _settings.Membership.CheckInterval);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick:
                StartFounder();
                AskNodes();
                Refresh();
                break;
            case NodesChanged changed:
                _isInCluster = changed.IsMember;
                _nodes.Update(changed.Nodes);
                AskNodes();
                Refresh();
                break;
            case RoleChanged changed when changed.Group == _settings.Group:
                Refresh();
                break;
            case LeaderChanged changed when changed.Group == _settings.Group:
                _hasKnownLeader |= changed.Leader is not null;
                Refresh();
                break;
            case MembershipChanged changed when changed.Group == _settings.Group:
                Refresh();
                break;
            case PeerRemoved removed when removed.Group == _settings.Group:
                OnPeerStopped(isRemoved: true);
                break;
            case PeerFailed failed when failed.Group == _settings.Group:
                OnPeerStopped(isRemoved: false);
                break;
            case Status.Failure { Cause: PeerStoppedException stopped }:
                OnPeerStopped(stopped.IsRemoved);
                break;
            case RaftStatus status:
                OnStatus(status);
                break;
            case GroupMembers members:
                OnMembers(members);
                break;
            case Proposed proposed:
                OnAnswered(proposed.CorrelationId, null);
                break;
            case ProposalFailed failed:
                OnAnswered(failed.CorrelationId, failed.Message);
                break;
            case LeadershipTransferred transferred:
                OnAnswered(transferred.CorrelationId, null);
                break;
            case TransferFailed failed:
                OnAnswered(failed.CorrelationId, failed.Message);
                break;
            case IClusterMessage fromNode:
                OnNodeMessage(fromNode);
                break;
            case GroupFounder.Progress progress:
                OnFounding(progress);
                break;
            case PrepareToLeave:
                _leaveAsker = Sender;
                Timers.StartPeriodicTimer(LeaveTick.Instance, LeaveTick.Instance, TimeSpan.Zero, LeaveInterval);
                break;
            case LeaveTick:
                TryToLeave();
                break;
            case GetMembershipStatus:
                Sender.Tell(Report());
                break;
            case Terminated ended when ended.ActorRef.Equals(_settings.Peer):
                Context.Stop(Self);
                break;
            case Terminated ended when ended.ActorRef.Equals(_founder):
                // Its journal could not be used. It is started again with the next tick.
                _founder = null;
                break;
        }
    }

    private static Type[] PeerEvents =>
        [typeof(RoleChanged), typeof(LeaderChanged), typeof(MembershipChanged), typeof(PeerRemoved),
            typeof(PeerFailed)];

    private void OnNodeMessage(IClusterMessage message)
    {
        switch (message)
        {
            case Contact contact:
                OnContact(contact);
                break;
            case ContactAnswer answer:
                _nodes.Heard(answer);
                _founder?.Tell(answer);
                break;
            case UnknownGroup unknown:
                _founder?.Tell(unknown);
                break;
            case Leave leave:
                _nodes.Leaves(leave.Address, leave.Uid);
                Refresh();
                break;
            case LeaveAnswer answer:
                MayLeave(answer.Reason);
                break;
        }
    }

    // ---- The peer

    private void Refresh()
    {
        _settings.Peer.Tell(GetStatus.Instance);
        _settings.Peer.Tell(GetMembers.Instance);
    }

    private void OnStatus(RaftStatus status)
    {
        _status = status;
        _hasKnownLeader |= status.Leader is not null;
        bool hasLog = status.LastIndex > 0 || status.SnapshotIndex > 0;
        _state = hasLog ? ContactState.HasLog : ContactState.Empty;
        _nodes.Heard(Answer());
        _founder?.Tell(hasLog ? GroupFounder.Stop.Instance : GroupFounder.Start.Instance);
    }

    // A peer that has not known a leader was removed while it was down: it may come back. A peer that was removed while
    // it ran stays out until its node is started again, for whoever removed it wanted it so.
    private void OnPeerStopped(bool isRemoved)
    {
        _status = null;
        if (_state is not (ContactState.Returned or ContactState.Stopped))
            _state = isRemoved && !_hasKnownLeader ? ContactState.Returned : ContactState.Stopped;
        _nodes.Heard(Answer());
        MayLeave("The member is removed.");
    }

    private void OnContact(Contact contact)
    {
        _settings.Resolve(contact.Address).Tell(Answer(), Self);
        if (!contact.IsMember || _state != ContactState.Returned)
            return;
        _log.Info("{0}, group {1}: the member was added again, its peer starts.", Own.Id, _settings.Group);
        (_state, _hasKnownLeader) = (ContactState.Starting, false);
        _settings.Peer.Tell(new RaftSupervisor.StartWith([Own], Join: true));
    }

    private ContactAnswer Answer()
    {
        var answer = new ContactAnswer
        {
            Group = _settings.Group,
            MemberId = Own.Id,
            Address = Own.Address,
            Uid = _settings.Uid,
            State = _state,
            GroupId = _status?.GroupId ?? "",
            Founders = _settings.Membership.NeededFounders,
        };
        answer.Candidates.AddRange(_founding.Step.Candidates.Select(static member => member.Id));
        answer.Agreed.AddRange(_founding.Agreed);
        return answer;
    }

    // ---- The nodes

    // Who has not said which member it runs is asked; beside the leader, also who is not a member that runs.
    private void AskNodes()
    {
        foreach (var node in _nodes.Nodes)
        {
            if (node.Address == Own.Address)
                continue;
            string id = _nodes.MemberOn(node, _members);
            bool isMember = _members?.Members.Any(member => member.Id == id) == true;
            if (_nodes.Of(node) is null || (IsLeader && (!isMember || _nodes.Of(node)?.State != ContactState.HasLog)))
            {
                var contact =
                    new Contact { Group = _settings.Group, Address = Own.Address, IsMember = IsLeader && isMember };
                _settings.Resolve(node.Address).Tell(contact, Self);
            }
        }
    }

    // ---- The members

    private void OnMembers(GroupMembers members)
    {
        _members = members;
        if (!_isInCluster)
            return;
        var nodes = _nodes.Match(members, _status?.GroupId ?? "", Now);
        SayProblems(_nodes.Problems);
        if (!IsLeader || members.Leader?.Id != Own.Id)
            _step = new MembershipStep(
                members.Leader is { } leader ? $"{leader.Id} leads: its node decides." : "The group has no leader.");
        else if (_pending == 0)
            Carry(MembershipPlan.Next(members, nodes, id => _nodes.AbsentFor(id, Now), _settings.Membership));
        AnswerLeaving(members);
    }

    private void Carry(MembershipStep step)
    {
        if (step.Reason != _step.Reason)
            _log.Info("{0}, group {1}: {2}", Own.Id, _settings.Group, step.Reason);
        _step = step;
        if (step.Change is { } change)
        {
            _settings.Peer.Tell(new ChangeMembers(change.Voters, change.Learners, Forward: false,
                _pending = ++_lastRequest)
            {
                ExpectedIndex = _members!.Index,
            });
        }
        else if (step.TransferTo is { } target)
            _settings.Peer.Tell(new TransferLeadership(target, Forward: false, _pending = ++_lastRequest));
    }

    private void OnAnswered(long request, string? failure)
    {
        if (request != _pending)
            return;
        _pending = 0;
        if (failure is not null)
            _log.Info("{0}, group {1}: this could not be done now: {2}", Own.Id, _settings.Group, failure);
        else
            Refresh();
    }

    // ---- Leaving

    private void AnswerLeaving(GroupMembers members)
    {
        if (!IsLeader || _pending != 0)
            return;
        foreach (var node in _nodes.Nodes)
        {
            string id = _nodes.MemberOn(node, members);
            bool isMember = members.Members.Any(member => member.Id == id);
            if (!_nodes.HasSaidToLeave(node) || (isMember && !_step.MayLeave.Contains(id)))
                continue;
            string reason = isMember
                ? "The member keeps its vote: the group would be no stronger without it."
                : "The member is removed.";
            if (node.Address == Own.Address)
                MayLeave(reason);
            else
                _settings.Resolve(node.Address)
                    .Tell(new LeaveAnswer { Group = _settings.Group, Reason = reason }, Self);
        }
    }

    private void TryToLeave()
    {
        if (_state is ContactState.Stopped or ContactState.Returned or ContactState.Empty)
        {
            MayLeave("The node has no member.");
            return;
        }
        Refresh();
        if (IsLeader)
            _nodes.Leaves(Own.Address, _settings.Uid);
        else if (_status?.Leader is { } leader)
        {
            var leave =
                new Leave { Group = _settings.Group, MemberId = Own.Id, Address = Own.Address, Uid = _settings.Uid };
            _settings.Resolve(leader.Address).Tell(leave, Self);
        }
    }

    private void MayLeave(string reason)
    {
        if (_leaveAsker is not { } asker)
            return;
        _log.Info("{0}, group {1}: this node can leave. {2}", Own.Id, _settings.Group, reason);
        Timers.Cancel(LeaveTick.Instance);
        _leaveAsker = null;
        asker.Tell(new ReadyToLeave(reason));
    }

    // ---- Founding

    private void StartFounder()
    {
        if (!_settings.HasContactPoints || _founder is not null)
            return;
        var settings = _settings;
        _founder = Context.ActorOf(Akka.Actor.Props.Create(() => new GroupFounder(settings)), "founder");
        Context.Watch(_founder);
    }

    private void OnFounding(GroupFounder.Progress progress)
    {
        _founding = progress;
        var step = progress.Step;
        if (!step.Founds || _state != ContactState.Empty || _founders.SequenceEqual(step.Candidates))
            return;
        _founders = step.Candidates;
        _settings.Peer.Tell(new RaftSupervisor.StartWith(_founders, Join: false));
    }

    // ---- What is said

    private void SayProblems(IEnumerable<string> problems)
    {
        foreach (string problem in problems)
        {
            if (_saidProblems.Count < 64 && _saidProblems.Add(problem))
                _log.Warning("{0}, group {1}: {2}", Own.Id, _settings.Group, problem);
        }
    }

    private ClusterMembershipStatus Report()
    {
        string reason = _state switch
        {
            ContactState.Starting => "The peer has not recovered yet.",
            ContactState.Empty =>
                _founding.Step.Reason.Length > 0 ? _founding.Step.Reason : "The node waits to be added to the group.",
            ContactState.Returned => "The member was removed while its node was down, and waits to be added again.",
            ContactState.Stopped => "The peer has stopped for good.",
            _ => _step.Reason,
        };
        return new ClusterMembershipStatus(
            _settings.Group, Own.Id, IsLeader, reason,
            [.. _settings.Membership.Doubts(), .. _nodes.Problems],
            [.. _nodes.Nodes.OrderBy(static node => node.Address, StringComparer.Ordinal).Select(node =>
                new ClusterNodeStatus(node.Address, _nodes.MemberOn(node, _members), node.State, node.IsReachable))]);
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record LeaveTick : INoSerializationVerificationNeeded
    {
        public static readonly LeaveTick Instance = new();
    }
}

/// <summary>Asks a coordinator for <see cref="ClusterMembershipStatus"/>.</summary>
internal sealed record GetMembershipStatus : INoSerializationVerificationNeeded
{
    public static readonly GetMembershipStatus Instance = new();
}

/// <summary>This node is about to leave the cluster. Answered by <see cref="ReadyToLeave"/>, perhaps late.</summary>
internal sealed record PrepareToLeave : INoSerializationVerificationNeeded
{
    public static readonly PrepareToLeave Instance = new();
}

/// <summary>The node need not wait any longer.</summary>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record ReadyToLeave(string Reason) : INoSerializationVerificationNeeded;
