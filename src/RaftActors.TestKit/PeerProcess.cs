using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>One life of a peer: from the start of its actor system to its end.</summary>
internal sealed class PeerProcess(RaftPeer peer, ClusterInvariants invariants)
    : VirtualProcess(peer.Disk.World, peer.Disk, peer.ClockDrift)
{
    private readonly Dictionary<long, PendingRequest> _requests = [];
    private long _lastCorrelationId;

    public RaftPeer Peer => peer;

    public IActorRef Ref => Entry!;

    /// <summary>An actor in the process that proposes, queries and gets the answers.</summary>
    public IActorRef Client { get; private set; } = null!;

    public IReadOnlyList<AppliedCommand> Log { get; private set; } = [];

    public IStateMachine? StateMachine { get; private set; }

    public RaftStatus? LastStatus { get; private set; }

    /// <summary>Why the peer stopped for good, if it did.</summary>
    public PeerFailed? Failure { get; private set; }

    /// <summary>Set if the peer stopped because its member was removed.</summary>
    public PeerRemoved? Removed { get; private set; }

    public GroupMembers? LastMembers { get; private set; }

    public void Created() =>
        Client = System.ActorOf(Props.Create(() => new ClientActor(this)), "raftactors-testkit-client");

    public void Started(IActorRef reference) => Entry = reference;

    /// <inheritdoc/>
    public override void Die()
    {
        base.Die();
        foreach (var request in _requests.Values)
            request.IsLost = true;
    }

    public PendingProposal Propose(object command, ReplyWhen replyWhen, bool forward, SessionStamp? session) =>
        Ask(new PendingProposal(peer, command, replyWhen),
            id => new Propose(command, replyWhen, forward, id) { Session = session });

    /// <summary>Opens, keeps or closes a session, or changes the members.</summary>
    public PendingProposal Request(Func<long, object> request) =>
        Ask(new PendingProposal(peer, null, ReplyWhen.Applied), request);

    public PendingQuery Query(object request, ReadConsistency consistency, bool forward, TimeSpan? maxStaleness) =>
        Ask(new PendingQuery(peer),
            id => new Query(request, consistency, forward, id) { MaxStaleness = maxStaleness });

    public PendingTransfer Transfer(string? target, bool forward) =>
        Ask(new PendingTransfer(peer), id => new TransferLeadership(target, forward, id));

    private T Ask<T>(T request, Func<long, object> message)
        where T : PendingRequest
    {
        long id = ++_lastCorrelationId;
        _requests.Add(id, request);
        Ref.Tell(message(id), Client);
        return request;
    }

    /// <summary>Whether the peer has transferred its leadership, or tried to, before it is stopped.</summary>
    public bool IsReadyToStop { get; private set; }

    public void PrepareToStop() => Ref.Tell(RaftActors.PrepareToStop.Instance, Client);

    /// <summary>
    /// Asks for the status. If the peer can answer, <see cref="LastStatus"/> has the answer when the actors have come
    /// to rest.
    /// </summary>
    public void AskStatus()
    {
        LastStatus = null;
        Ref.Tell(GetStatus.Instance, Client);
    }

    /// <summary>
    /// Asks for the members. <see cref="LastMembers"/> has the answer, as for <see cref="AskStatus"/>.
    /// </summary>
    public void AskMembers()
    {
        LastMembers = null;
        Ref.Tell(GetMembers.Instance, Client);
    }

    /// <summary>Called when a state machine was built. Its log is empty.</summary>
    public void Began(List<AppliedCommand> log, IStateMachine? stateMachine)
    {
        if (IsDead)
            return;
        Log = log;
        StateMachine = stateMachine;
    }

    public void Applies(List<AppliedCommand> log, AppliedCommand command)
    {
        if (!IsDead)
            invariants.Applies(peer, log, command);
    }

    public void Restored(List<AppliedCommand> log)
    {
        if (!IsDead)
            invariants.Restored(peer, log);
    }

    /// <summary>Called with every message to the client.</summary>
    public void Received(object message)
    {
        if (IsDead)
            return;
        switch (message)
        {
            case Proposed proposed when Answered(proposed.CorrelationId, proposed) is PendingProposal proposal:
                invariants.Acknowledged(proposal, proposed);
                break;
            case ProposalFailed failed when Answered(failed.CorrelationId, failed) is not null:
            case QueryResult result when Answered(result.CorrelationId, result) is not null:
            case QueryFailed unread when Answered(unread.CorrelationId, unread) is not null:
            case LeadershipTransferred transferred when Answered(transferred.CorrelationId, transferred) is not null:
            case TransferFailed stayed when Answered(stayed.CorrelationId, stayed) is not null:
                break;
            case ReadyToStop:
                IsReadyToStop = true;
                break;
            case CampaignStarted or CampaignRefused:
                break;
            case RaftStatus status:
                LastStatus = status;
                invariants.Reported(peer, status);
                break;
            case GroupMembers members:
                LastMembers = members;
                break;
            case PeerRemoved removed:
                Removed = removed;
                invariants.Removed(peer);
                break;
            case Status.Failure:
                break; // The answer of a peer that stopped for good: it has no status.
            case RoleChanged changed:
                invariants.Changed(peer, changed);
                break;
            case PeerFailed failed:
                Failure = failed;
                invariants.Failed(peer, failed);
                break;
            case Akka.Event.LogEvent logged:
                invariants.Logged(peer, logged);
                break;
            default:
                invariants.Unexpected(peer, message);
                break;
        }
    }

    /// <summary>The request that a message answers; <c>null</c> if there is none.</summary>
    private PendingRequest? Answered(long correlationId, object answer) =>
        _requests.TryGetValue(correlationId, out var request) && request.TryAnswer(answer)
        && _requests.Remove(correlationId)
            ? request
            : null;

    /// <summary>Passes every message it receives to its process.</summary>
    private sealed class ClientActor(PeerProcess process) : UntypedActor
    {
        protected override void PreStart()
        {
            foreach (var type in (Type[])[typeof(RoleChanged), typeof(PeerFailed), typeof(PeerRemoved),
                typeof(Akka.Event.Error), typeof(Akka.Event.Warning)])
                Context.System.EventStream.Subscribe(Self, type);
        }

        protected override void OnReceive(object message) => process.Received(message);
    }
}
