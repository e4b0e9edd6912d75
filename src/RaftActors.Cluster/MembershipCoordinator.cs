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

    private readonly OwnPeer _peer = new();
    private readonly NodeFounding _founding;
    private readonly NodeLeave _leave;
    private bool _isInCluster;
    private MembershipStep _step = new("Nothing is known of the cluster yet.");

    // The request that the peer has not answered yet; 0 for none.
    private long _pending;
    private long _lastRequest;

    public MembershipCoordinator(CoordinatorSettings settings, Props? watch)
    {
        _settings = settings;
        _watch = watch;
        _founding = new NodeFounding(settings, Context, _peer);
        _leave = new NodeLeave(settings, Self, _peer, _nodes, _log);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private Member Own => _settings.Self;

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
                _founding.Start();
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
                _peer.OnLeader(changed.Leader is not null);
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
                _founding.OnProgress(progress);
                break;
            case PrepareToLeave:
                _leave.Begin(Sender);
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
            case Terminated ended:
                _founding.OnTerminated(ended.ActorRef);
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
                _founding.Tell(answer);
                break;
            case UnknownGroup unknown:
                _founding.Tell(unknown);
                break;
            case Leave leave:
                _nodes.Leaves(leave.Address, leave.Uid);
                Refresh();
                break;
            case LeaveAnswer answer:
                _leave.Allow(answer.Reason);
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
        _peer.OnStatus(status);
        _nodes.Heard(Answer());
        _founding.Tell(_peer.State == ContactState.HasLog ? GroupFounder.Stop.Instance : GroupFounder.Start.Instance);
    }

    private void OnPeerStopped(bool isRemoved)
    {
        _peer.OnStopped(isRemoved);
        _nodes.Heard(Answer());
        _leave.Allow("The member is removed.");
    }

    private void OnContact(Contact contact)
    {
        _settings.Resolve(contact.Address).Tell(Answer(), Self);
        if (!contact.IsMember || _peer.State != ContactState.Returned)
            return;
        _log.Info("{0}, group {1}: the member was added again, its peer starts.", Own.Id, _settings.Group);
        _peer.OnReturned();
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
            State = _peer.State,
            GroupId = _peer.GroupId,
            Founders = _settings.Membership.NeededFounders,
        };
        answer.Candidates.AddRange(_founding.Progress.Step.Candidates.Select(static member => member.Id));
        answer.Agreed.AddRange(_founding.Progress.Agreed);
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
            string id = _nodes.MemberOn(node, _peer.Members);
            bool isMember = _peer.Members?.Members.Any(member => member.Id == id) == true;
            var answer = _nodes.Of(node);
            if (answer is null || (_peer.IsLeader && (!isMember || answer.State != ContactState.HasLog)))
            {
                var contact = new Contact
                {
                    Group = _settings.Group,
                    Address = Own.Address,
                    IsMember = _peer.IsLeader && isMember,
                };
                _settings.Resolve(node.Address).Tell(contact, Self);
            }
        }
    }

    // ---- The members

    private void OnMembers(GroupMembers members)
    {
        _peer.Members = members;
        if (!_isInCluster)
            return;
        var nodes = _nodes.Match(members, _peer.GroupId, Now);
        SayProblems(_nodes.Problems);
        if (!_peer.IsLeader || members.Leader?.Id != Own.Id)
            _step = new MembershipStep(
                members.Leader is { } leader ? $"{leader.Id} leads: its node decides." : "The group has no leader.");
        else if (_pending == 0)
            Carry(MembershipPlan.Next(members, nodes, id => _nodes.AbsentFor(id, Now), _settings.Membership));
        if (_peer.IsLeader && _pending == 0)
            _leave.Answer(members, _step.MayLeave);
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
                ExpectedIndex = _peer.Members!.Index,
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

    private void TryToLeave()
    {
        if (_peer.State is ContactState.Stopped or ContactState.Returned or ContactState.Empty)
            _leave.Allow("The node has no member.");
        if (!_leave.IsWaiting)
        {
            Timers.Cancel(LeaveTick.Instance);
            return;
        }
        Refresh();
        _leave.Try();
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
        string founding = _founding.Progress.Step.Reason;
        string reason = _peer.State switch
        {
            ContactState.Starting => "The peer has not recovered yet.",
            ContactState.Empty => founding.Length > 0 ? founding : "The node waits to be added to the group.",
            ContactState.Returned => "The member was removed while its node was down, and waits to be added again.",
            ContactState.Stopped => "The peer has stopped for good.",
            _ => _step.Reason,
        };
        return new ClusterMembershipStatus(
            _settings.Group, Own.Id, _peer.IsLeader, reason,
            [.. _settings.Membership.Doubts(), .. _nodes.Problems],
            [.. _nodes.Nodes.OrderBy(static node => node.Address, StringComparer.Ordinal).Select(Report)]);
    }

    private ClusterNodeStatus Report(ClusterNode node) =>
        new(node.Address, _nodes.MemberOn(node, _peer.Members), node.State, node.IsReachable);

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record LeaveTick : INoSerializationVerificationNeeded
    {
        public static readonly LeaveTick Instance = new();
    }
}
