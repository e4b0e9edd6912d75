using Akka.Actor;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;
using RaftActors.Resting;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Subscriptions;
using RaftActors.Tracing;

namespace RaftActors;

// What the collaborators read of this peer, and what they ask of it.
internal sealed partial class RaftActor :
    IRequestsPeer,
    ITransferringPeer,
    IChangingPeer,
    IIntroducingPeer,
    IRemovedPeer,
    IReplicaPeer,
    ISnapshotPeer,
    IFeedingPeer,
    IRestingPeer,
    IMeasuredPeer
{
    // ---- Most of them

    public TimeSpan Now => _settings.ElapsedTime(_scheduler);

    public long Term => _writeAhead.HardState.Term;

    public HardState HardState => _writeAhead.HardState;

    public long PersistedIndex => _writeAhead.PersistedIndex;

    public long AppliedIndex => _machine.AppliedIndex;

    public string StoreId => _storeId;

    public LeaderState? Leading => _leading;

    public CandidateState? Election => _election;

    public bool IsTransferring => _transfers.IsTransferring;

    public string? WhySetAside => _replica.WhySetAside;

    Member? IPeer.Leader => _leader?.Member;

    PeerMetrics IPeer.Metrics => _metrics;

    PeerTraces IPeer.Traces => _traces;

    public string AddressOf(Server member) => _addresses.Of(member);

    public PeerHeader Header(string toStoreId = "") => _headers.Of(
        new OwnHeader(_self.Address, _settings.Group, _self.Id, _storeId, Term)
        {
            MaximumFrameSize = _filter.FrameSizes.Own,
            GroupId = _identity.Id,
            GroupIsUndecided = !_identity.IsDecided,
            IsEmpty = _raftLog.IsEmpty,
            Incarnation = _ownStore.Incarnation,
            IsVerifying = !_ownStore.IsVerified,
        },
        toStoreId);

    public void StartTimer(object timer, TimeSpan delay) =>
        Timers.StartSingleTimer(timer, timer, delay < Millisecond ? Millisecond : delay);

    public void StopTimer(object timer) => Timers.Cancel(timer);

    // ---- Requests

    public string WhyNotLeader
    {
        get
        {
            if (_leader is { } leader)
                return $"{_self.Id} is not the leader; {leader.Member.Id} at {leader.Member.Address} is.";
            return _watch.WhyNoLeader ?? $"{_self.Id} knows no leader. Try again after an election timeout.";
        }
    }

    bool IRequestsPeer.IsDurable => _writeAhead.IsDurable;

    bool IRequestsPeer.HasStateMachine => _machine.IsRunning;

    (FailureReason Reason, string Message) IRequestsPeer.WhyNoStateMachine => _replica.IsSetAside
        ? (SetAsideReason, _replica.Message)
        : (FailureReason.StateMachineFailed, "The state machine failed and is about to be built anew.");

    long IRequestsPeer.SentIndex => _machine.SentIndex;

    void IRequestsPeer.Ask(AskQueries queries) => _machine.Ask(queries);

    LogEntry IRequestsPeer.Append(EntryKind kind, Payload payload, SessionStamp? session) =>
        Append(kind, payload, session);

    void IRequestsPeer.ChangeMembers(Payload change, Proposer proposer) => _changes.Request(change, proposer);

    void IRequestsPeer.Lead(ForwardedRequest request) => _requests.Lead(request);

    void IAnswers.Tell(IActorRef actor, object message) => actor.Tell(message, Self);

    bool IAnswers.TryEncode(object? response, out Payload? payload, out string problem) =>
        Payloads.TryEncodeResponse(
            Context.System.Serialization, response, _filter.FrameSizes.Room, out payload, out problem);

    object? IAnswers.Decode(Payload? payload) =>
        payload is { } encoded ? Payloads.Decode(Context.System.Serialization, encoded) : null;

    // ---- Transfers of the leadership, and changes of members

    int ITransferringPeer.UnansweredProposals => _proposals.Appended;

    void ITransferringPeer.OnTransferGivenUp()
    {
        _proposals.ReleaseHeld();
        _changes.LeaveJoint();
        ReportStayed(failed: true);
    }

    bool IChangingPeer.TryHandOver() => _transfers.TryHandOver();

    // ---- Stores

    void IStorePeer.StepDown(long term)
    {
        if (term > Term || !IsFollower)
            BecomeFollower(term, null);
    }

    void IStorePeer.Abstain()
    {
        _writeAhead.Vote(_self.Id, _storeId);
        RequestFlush();
    }

    // ---- The rest of an idle group

    bool IRestingPeer.IsBusy => IsTransferring || _changes.IsUnderWay || !_writeAhead.IsDurable;

    bool IRequestsPeer.HasRested => _rest.IsResting || Now - _rest.WokeAt < _settings.ElectionTimeoutMax;

    // ---- The end of the membership

    bool IRemovedPeer.OwesAnswers => !_forwarding.IsEmpty;

    void IRemovedPeer.OnRemoved(long index) => _changes.OnRemoved(index);

    void IRemovedPeer.StopRemoved(long index)
    {
        Context.Parent.Tell(new RaftSupervisor.PeerLeft(index));
        Context.Stop(Self);
    }

    // ---- The comparison of replicas

    long IReplicaPeer.AppendDigest() => Append(EntryKind.Digest, Payload.Empty).Index;

    void IReplicaPeer.SetAside(long differsAt)
    {
        _writeAhead.FindDifference(differsAt);
        RequestFlush();
        StopServing();
        if (_leading is not null)
            TransferIfSetAside();
    }

    // ---- Snapshots, and subscribers

    bool ITakingPeer.TryCaptureImage()
    {
        if (_machine.IsRunning)
            _machine.Ask(CaptureImage.Instance);
        return _machine.IsRunning;
    }

    bool ITakingPeer.IsPresent(StateImage image) => _machine.IsPresent(image.Machine);

    // A state machine that was built anew while a snapshot was written began with the one before, or with the first
    // entry.
    long ICompactingPeer.DispensableIndex =>
        _machine.IsRunning ? Math.Min(PersistedIndex, _machine.SentIndex) : PersistedIndex;

    void ICompactingPeer.OnLogCompacted() => _subscribers.FeedAll();

    void IFeedingPeer.ConsiderSnapshot() => _snapshots.Consider();

    bool IInstallingPeer.IsWithoutState => _machine.Failures > 2 || _replica.IsSetAside;

    bool IInstallingPeer.IsWriting => _writeAhead.WritingSince is not null;

    (string Address, string StoreId)? IInstallingPeer.FollowedLeader =>
        FollowedLeader is { } leader ? (leader.Member.Address, leader.StoreId) : null;

    // ---- Gauges, which are read from other threads: see IMeasuredPeer

    (int Count, long Bytes) IMeasuredPeer.PendingProposals => _proposals.Pending;

    int IMeasuredPeer.OpenSessions => _machine.OpenSessions;

    int IMeasuredPeer.Subscribers => _subscribers.Count;

    Snapshot? IMeasuredPeer.LatestSnapshot => _snapshots.Stored.Latest?.Manifest.Snapshot;
}
