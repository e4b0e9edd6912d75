using Akka.Actor;
using Akka.Event;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors;

/// <summary>
/// The actor <c>/system/raft/&lt;group&gt;</c>. It runs the group's peer on this node and passes all messages on to it.
/// A peer that fails is stopped and never restarted in place, because write confirmations of its predecessor could
/// confuse a restarted instance. A new peer starts after back-off and recovers from the journal.
/// </summary>
internal sealed partial class RaftSupervisor : UntypedActor, IWithTimers
{
    private const int MaxHeldBack = 1024;
    private const string PeerName = "peer";

    private readonly Func<IStateMachine> _stateMachine;
    private readonly SharedByGroups _shared;

    // Who permits the first start of a peer; null if nobody need be asked.
    private readonly IActorRef? _permits;
    private readonly Random _random;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<(object Message, IActorRef Sender)> _heldBack = new();
    private RaftSettings _settings;
    private IActorRef? _peer;
    private string? _final;
    private long _removedAt;

    // The sequence numbers of snapshots that peers could not use. Only a snapshot before all of these may be tried.
    // Emptied when a newer snapshot has been stored.
    private IReadOnlyList<long> _unusableSnapshots = [];
    private int _failures;

    // The peer is stopped to be started with other settings.
    private bool _startsAtOnce;
    private TimeSpan _startedAt;

    public RaftSupervisor(
        RaftSettings settings, Func<IStateMachine> stateMachine, SharedByGroups shared, IActorRef? permits)
    {
        _settings = settings;
        _shared = shared;
        _stateMachine = stateMachine;
        _permits = permits;
        _random = Randomness.For(settings);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _settings.ElapsedTime(Context.System.Scheduler);

    /// <summary>The props of a supervisor.</summary>
    /// <param name="settings">How the peer runs.</param>
    /// <param name="stateMachine">Makes the state machine.</param>
    /// <param name="shared">What all groups of the node share.</param>
    /// <param name="permits">
    /// Who is asked before the first peer is started, and told when that peer has settled or failed (see
    /// <see cref="Permits"/>); <c>null</c> if the peer starts at once.
    /// </param>
    public static Props Props(
        RaftSettings settings, Func<IStateMachine> stateMachine, SharedByGroups shared, IActorRef? permits = null) =>
        Akka.Actor.Props.Create(() => new RaftSupervisor(settings, stateMachine, shared, permits));

    /// <summary>Puts an actor on the dispatcher of the peer.</summary>
    public static Props OnDispatcher(RaftSettings settings, Props props) =>
        settings.Dispatcher.Length > 0 ? props.WithDispatcher(settings.Dispatcher) : props;

    protected override void PreStart()
    {
        if (_permits is null)
            StartPeer();
        else
            _permits.Tell(Permits.Requested.Instance);
    }

    protected override void PostStop() => ForgetSleeper();

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(problem =>
    {
        if (problem is InvariantViolationException)
            _final = problem.Message;
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated ended when ended.ActorRef.Equals(_peer):
                OnPeerStopped();
                break;
            case Terminated ended:
                OnPluginStopped(ended.ActorRef);
                break;
            case PeerRefused refused:
                _final = refused.Reason;
                break;
            case PeerLeft left:
                _removedAt = left.Index;
                _final = $"Member '{_settings.MemberId}' was removed from the group {_settings.Group}.";
                break;
            case SnapshotUnusable unusable:
                _unusableSnapshots = [.. _unusableSnapshots, unusable.SequenceNr];
                // The next peer starts from another snapshot, so there is no reason to wait long.
                _failures = 0;
                break;
            case SnapshotSaved saved:
                if (_unusableSnapshots.Any(unusable => saved.SequenceNr >= unusable))
                    _unusableSnapshots = [];
                break;
            case StartAgain:
                StartPeer();
                break;
            case Permits.Granted:
                OnPermit();
                break;
            case StartWith start:
                OnStartWith(start);
                break;
            case PeerStarted:
                OnPeerStarted();
                break;
            case PeerSettled:
                _permits?.Tell(Permits.Returned.Instance);
                break;
            case PeerIsSleepy:
                OnPeerIsSleepy();
                break;
            case PeerIsAsleep asleep:
                _sleeper = asleep.Peer;
                break;
            case PeerStaysAwake:
                OnPeerStaysAwake();
                break;
            case StoreFailed failed:
                OnStoreFailed(failed.Failure, failed.IsWrite, failed.Bytes);
                break;
            case StoreWritten:
                EndOutage();
                break;
            case StoreChecked check:
                OnStoreChecked(check);
                break;
            case Error error:
                OnError(error);
                break;
            case DeadLetter letter when _isPeerStarted && _peer is { } present && !letter.Recipient.Equals(present):
                // Another peer has started meanwhile.
                present.Tell(letter.Message, letter.Sender);
                break;
            case DeadLetter letter:
                if (!HoldForSleeper(letter.Message, letter.Sender ?? ActorRefs.Nobody))
                    AnswerWithoutPeer(letter.Message, letter.Sender ?? ActorRefs.Nobody);
                break;
            case var _ when HoldForSleeper(message, Sender):
                break;
            default:
                if (_peer is not null && !IsWaitingForStore)
                    _peer.Tell(message, Sender);
                else
                    AnswerWithoutPeer(message, Sender);
                break;
        }
    }

    private void StartPeer()
    {
        if (_settings.StoreCheck is { } check)
            CheckStore(check);
        else
            CreatePeer();
    }

    private void CreatePeer()
    {
        if (!StartPlugins())
            return;
        var settings =
            _settings.RandomSeed is null ? _settings : _settings with { RandomSeed = _random.Next() };
        var props = RaftActor.Props(settings, _stateMachine, _unusableSnapshots, _shared, _sleeper);
        _peer = Context.ActorOf(OnDispatcher(_settings, props), PeerName);
        _startedAt = Now;
        Context.Watch(_peer);
        if (_mustWrite)
            _peer.Tell(new ProveStore(_failedBytes));
        if (!IsWaitingForStore)
            TransferHeldBack();
    }

    private void TransferHeldBack()
    {
        while (_heldBack.TryDequeue(out var held))
            _peer!.Tell(held.Message, held.Sender);
    }

    private void OnPeerStopped()
    {
        _peer = null;
        _isPeerStarted = false;
        if (OnPeerStoppedToSleep())
            return;
        bool startsAtOnce = _startsAtOnce;
        _startsAtOnce = false;
        if (_final is not null)
            End(_final);
        else if (startsAtOnce)
            StartPeer();
        else
            StartAgainLater();
    }

    private void OnStartWith(StartWith start)
    {
        bool isNews = _settings.Join != start.Join || !_settings.Members.SequenceEqual(start.Members);
        _settings = _settings with { Join = start.Join, Members = start.Members };
        if (_peer is not null && isNews)
        {
            _startsAtOnce = true;
            Context.Stop(_peer);
        }
        else if (_peer is null && _removedAt > 0)
        {
            (_final, _removedAt) = (null, 0);
            StartPeer();
        }
    }

    private void End(string reason)
    {
        ForgetSleeper();
        Timers.Cancel(StartAgain.Instance);
        _permits?.Tell(Permits.Returned.Instance);
        AnnounceEnd(reason);
        while (_heldBack.TryDequeue(out var held))
            AnswerWithoutPeer(held.Message, held.Sender);
    }

    private void StartAgainLater()
    {
        _permits?.Tell(Permits.Returned.Instance);
        if (Now - _startedAt >= _settings.RestartBackoffMax)
            _failures = 0;
        var delay = Backoff.After(_failures++, _settings, _random);
        // During an outage of the store, the log only has one line for its beginning and one for its end.
        if (_outage is null)
            _log.Warning("The peer {0} of group {1} stopped; it starts again in {2} ms.", _settings.MemberId,
                _settings.Group, (long)delay.TotalMilliseconds);
        Timers.StartSingleTimer(StartAgain.Instance, StartAgain.Instance, delay);
    }

    private void AnnounceEnd(string reason)
    {
        if (_removedAt > 0)
        {
            _log.Info("The peer {0} of group {1} stopped: its member was removed by the configuration at index {2}.",
                _settings.MemberId, _settings.Group, _removedAt);
            Context.System.EventStream.Publish(new PeerRemoved(_settings.Group, _settings.MemberId, _removedAt));
            return;
        }
        _log.Error("The peer {0} of group {1} stopped for good: {2}", _settings.MemberId, _settings.Group, reason);
        Context.System.EventStream.Publish(new PeerFailed(_settings.Group, _settings.MemberId, reason));
    }

    /// <summary>
    /// Whether somebody waits for an answer to a dead letter. The peer did not process the messages in its mailbox when
    /// it stopped, so they certainly had no effect. The supervisor gives each sender its one answer.
    /// </summary>
    public static bool OwesAnswer(DeadLetter letter) => letter.Recipient.Path.Name == PeerName
        && letter.Message is IProposal or Query or TransferLeadership or Campaign or PrepareToStop or GetStatus
            or GetMembers or Subscribe or TakeSnapshot or StartBackup;

    private void AnswerWithoutPeer(object message, IActorRef sender)
    {
        switch (message)
        {
            case IProposal proposal:
                sender.Tell(new ProposalFailed(FailureReason.NoLeader, WhyNoPeer(), null, proposal.CorrelationId)
                {
                    IsFinal = _final is not null,
                });
                break;
            case Query query:
                sender.Tell(new QueryFailed(FailureReason.NoLeader, WhyNoPeer(), null, query.CorrelationId));
                break;
            case ConfirmLeadership confirm:
                sender.Tell(new QueryFailed(FailureReason.NoLeader, WhyNoPeer(), null, confirm.CorrelationId));
                break;
            case TransferLeadership transfer:
                sender.Tell(new TransferFailed(FailureReason.NoLeader, WhyNoPeer(), null, transfer.CorrelationId));
                break;
            case PrepareToStop:
                sender.Tell(new ReadyToStop(HasHandedOver: false));
                break;
            case Campaign campaign:
                sender.Tell(new CampaignRefused(WhyNoPeer(), null, campaign.CorrelationId));
                break;
            case TakeSnapshot:
                sender.Tell(new SnapshotFailed(WhyNoPeer()));
                break;
            case StartBackup:
                sender.Tell(new BackupRefused(WhyNoPeer()));
                break;
            case Subscribe subscribe when _final is not null:
                subscribe.Subscriber.Tell(new SubscriptionEnded(WhyNoPeer()));
                break;
            case GetStatus or GetMembers when _final is not null:
                sender.Tell(new Status.Failure(new PeerStoppedException(WhyNoPeer(), _removedAt > 0)));
                break;
            case GetStatus or GetMembers or Subscribe when _heldBack.Count < MaxHeldBack:
                _heldBack.Enqueue((message, sender));
                break;
            case GetStatus or GetMembers:
                sender.Tell(new Status.Failure(new RaftGroupException(RaftGroupFailure.Refused, TooManyWait())));
                break;
            case Subscribe subscribe:
                subscribe.Subscriber.Tell(new SubscriptionEnded(TooManyWait()));
                break;
        }
    }

    private string TooManyWait() =>
        $"{MaxHeldBack} requests already wait for the peer of this node to start. Ask less at once.";

    private string WhyNoPeer() => _final is not null ? $"The peer of this node stopped for good: {_final}"
        : _outage is { } outage ? $"{outage} The peer is about to be started again. Try again, or ask another node."
        : "The peer of this node stopped and is about to be started again. Try again, or ask another node.";

    /// <summary>Sent by a peer that refuses to start, before the peer stops.</summary>
    internal sealed record PeerRefused(string Reason);

    /// <summary>Sent by a peer whose member was removed, before the peer stops.</summary>
    internal sealed record PeerLeft(long Index);

    /// <summary>
    /// Sent by a peer that cannot use a snapshot, before the peer stops. The next peer starts from an earlier snapshot.
    /// </summary>
    internal sealed record SnapshotUnusable(long SequenceNr);

    /// <summary>Sent by a peer that has stored a new snapshot.</summary>
    internal sealed record SnapshotSaved(long SequenceNr);

    /// <summary>
    /// Says with which members the group is to be founded, or that it is to be joined. A peer with a log does not look
    /// at that. A peer that stopped because its member was removed starts again: the member was added again.
    /// </summary>
    /// <param name="Members">The founders, or this node's member.</param>
    /// <param name="Join">Whether the group is to be joined.</param>
    internal sealed record StartWith(IReadOnlyList<Member> Members, bool Join) : INoSerializationVerificationNeeded;

    private sealed record StartAgain
    {
        public static readonly StartAgain Instance = new();
    }
}
