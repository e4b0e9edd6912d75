using Akka.Actor;
using Akka.Persistence;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Inspection;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Reads;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;
using RaftActors.Resting;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Storage;
using RaftActors.Subscriptions;
using RaftActors.Tracing;

namespace RaftActors;

/// <summary>
/// A server of a Raft group. Its role is its behaviour: follower, pre-candidate, candidate or leader. Each role has a
/// file in Roles/ with its rules and with its table, which says what becomes of every message. What all servers do
/// alike is in Roles/AllServers.cs. What a role knows lives in an object that is made on entering the role and dropped
/// on leaving it. What is no Raft is in collaborators; what they ask of the peer is in RaftActor.Collaborators.cs.
/// </summary>
/// <remarks>
/// In-memory state moves at once; what the outside may learn of it waits for the disk (RaftActor.Persistence.cs). Every
/// handler is synchronous and short. Vocabulary and rules are those of the paper (Ongaro and Ousterhout, 2014) and the
/// dissertation (Ongaro, 2014).
/// </remarks>
internal sealed partial class RaftActor : UntypedPersistentActor, IWithTimers
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly RaftSettings _settings;
    private readonly Member _self;
    private readonly Random _random;
    private readonly IScheduler _scheduler = Context.System.Scheduler;
    private readonly IPeerResolver _resolver;
    private readonly SharedByGroups _shared;

    // The log, what is durable of it and of the term and the vote, and the configurations in it.
    private readonly RaftLog _raftLog = new();
    private readonly ConfigurationHistory _configurations;
    private readonly WriteAhead _writeAhead;

    // The state machine, and whether its state is right.
    private readonly StateMachineRunner _machine;
    private readonly OwnReplica _replica;

    // Snapshots, and what is stored.
    private readonly SnapshotManager _snapshots;
    private readonly SubscriberFeed _subscribers;
    private readonly Scrubbing _scrubbing;

    // Clients.
    private readonly PendingReads _reads;
    private readonly Forwarding _forwarding;
    private readonly Proposals _proposals;
    private readonly ClientRequests _requests;
    private readonly LeaseReads _leases;

    // Members, their stores, and who leads them.
    private readonly LeadershipTransfers _transfers;
    private readonly MemberChanges _changes;
    private readonly MemberAddresses _addresses;
    private readonly GroupIdentity _identity;
    private readonly RememberedStores _stores;
    private readonly OwnStore _ownStore;
    private readonly Introductions _introductions;
    private readonly Bootstrapper _bootstrapper;
    private readonly Removal _removal;
    private readonly PeerRest _rest;
    private readonly MessageFilter _filter;
    private readonly OwnHeaders _headers = new();
    private readonly PeerWatch _watch;
    private readonly PeerMetrics _metrics;
    private readonly PeerTraces _traces;

    private RaftRole _role = RaftRole.Follower;
    private LeaderInfo? _leader;

    public RaftActor(
        RaftSettings settings, Func<IStateMachine> stateMachine, IReadOnlyList<long> unusable, SharedByGroups shared,
        SleepingPeer? slept)
    {
        _slept = slept;
        Recovery = new Recovery(StoredSnapshots.Usable(unusable));
        JournalPluginId = settings.JournalPluginId;
        SnapshotPluginId = settings.SnapshotPluginId;
        _settings = settings;
        _self = settings.Self with { Priority = 0 };
        _shared = shared;
        _random = Randomness.For(settings);
        _resolver = settings.Resolver ?? new ActorSystemResolver(Context.System);
        _configurations = new ConfigurationHistory(Membership.Configuration.AtFirst(settings));
        _stores = new RememberedStores(_configurations);
        _writeAhead = new WriteAhead(settings, _raftLog, _configurations, _stores);
        _onPersisted = OnPersisted;
        _replay = new Replay(PersistenceId, _raftLog, _configurations, _writeAhead.Index)
        {
            Owner = (settings.Group, _self.Id),
        };

        _metrics = new PeerMetrics(settings, this);
        _traces = new PeerTraces(settings);
        var problems = new PeerProblems(settings, _scheduler, Log, Context.System.EventStream);
        _machine = new StateMachineRunner(Context, settings, _raftLog, _random, stateMachine);
        _replica = new OwnReplica(settings, _raftLog, _configurations, _machine, problems, Log, this);
        _watch = new PeerWatch(settings, _raftLog, _configurations, _machine, _replica, problems, Log);
        _snapshots = new SnapshotManager(
            Context, settings, _resolver, _raftLog, _configurations, _writeAhead.Index, unusable,
            shared.Snapshots, this);
        _subscribers = new SubscriberFeed(
            Context, settings, _raftLog, _configurations, _snapshots.Stored, _snapshots.Slots, this);
        _scrubbing = new Scrubbing(Context, settings, Log, _snapshots, this, this);

        _reads = new PendingReads(settings, _raftLog, this);
        _forwarding = new Forwarding(settings, _reads, _random.NextInt64(1L << 48), this);
        _proposals = new Proposals(settings, _raftLog, _forwarding, this);
        _transfers = new LeadershipTransfers(settings, _raftLog, _configurations, Log, this);
        _leases = new LeaseReads(settings, _raftLog, _configurations, _electionClock);
        _requests = new ClientRequests(
            settings, Context.System.Serialization, _replica, _leases, _proposals, _reads, _forwarding, _transfers,
            this);

        _changes = new MemberChanges(settings, _raftLog, _configurations, Log, this);
        _addresses = new MemberAddresses(settings, _configurations, _stores, Log);
        _identity = new GroupIdentity(settings, _raftLog, _configurations, _changes, problems, Log, this);
        _ownStore = new OwnStore(settings, _random, _raftLog, _configurations, _stores, _addresses, problems, this);
        _introductions = new Introductions(
            settings, _raftLog, _configurations, _stores, _ownStore, _addresses, Log, this);
        _bootstrapper = new Bootstrapper(settings, _random, _raftLog, _configurations, _addresses, Log, this);
        _removal = new Removal(settings, _raftLog, _configurations, _addresses, Log, this);
        _rest = new PeerRest(settings, _raftLog, _configurations, _machine, _addresses, shared, Context.Parent, this);
        var frameSizes = FrameSizes.Of((ExtendedActorSystem)Context.System);
        _filter = new MessageFilter(
            settings, _raftLog, _identity, _addresses, _introductions, _watch, frameSizes, Log, this);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public override string PersistenceId => _settings.PersistenceId;

    // The latest snapshot, but for those that turned out to be unusable.
    public override Recovery Recovery { get; }

    private Configuration Configuration => _configurations.Latest;

    /// <summary>The leader, if it is another peer.</summary>
    private LeaderInfo? FollowedLeader => _leader is { } leader && leader.Member.Id != _self.Id ? leader : null;

    /// <summary>Whether it neither leads nor campaigns.</summary>
    private bool IsFollower => _leading is null && _election is null;

    /// <summary>Makes a peer.</summary>
    /// <param name="settings">How it runs.</param>
    /// <param name="stateMachine">Makes its state machine.</param>
    /// <param name="unusable">The sequence numbers of snapshots that it cannot use: it starts from one before all of
    /// these.</param>
    /// <param name="shared">What all groups of the node share.</param>
    /// <param name="slept">What was kept of the peer while it slept; <c>null</c> if it did not.</param>
    public static Props Props(
        RaftSettings settings, Func<IStateMachine> stateMachine, IReadOnlyList<long> unusable, SharedByGroups shared,
        SleepingPeer? slept = null) =>
        Akka.Actor.Props.Create(() => new RaftActor(settings, stateMachine, unusable, shared, slept));

    /// <summary>What the peer has in memory now.</summary>
    public PeerState Inspect() => new(
        _raftLog, HardState, _writeAhead.DurableHardState, _role, _storeId, PersistedIndex, AppliedIndex, Configuration,
        _leader?.Member, _leading, _writeAhead.IsDurable && _ownStore.IsWhole, _replica.IsSetAside, _rest.IsResting);

    protected override void PreStart()
    {
        base.PreStart();
        _metrics.Start();
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _metrics.Stop();
        if (Asleep is null)
        {
            _rest.End();
            ReportGone();
            _transfers.TransferAtLast();
        }
        AnswerEverything("The peer stopped.");
        base.PostStop();
        _settings.Observer?.Stopped(this);
    }

    // The roles take over once the peer has recovered and has an identity.
    protected override void OnCommand(object message) => Unhandled(message);

    /// <summary>Enters a role: whatever belonged to the one before is gone afterwards.</summary>
    private void EnterRole(RaftRole role, UntypedReceive behaviour)
    {
        _rest.Reset();
        DropElection();
        DropLeadership();
        bool changed = _role != role;
        _role = role;
        Become(behaviour);
        if (changed)
            Announce(new RoleChanged(_settings.Group, _self.Id, Term, role));
    }

    /// <summary>Takes note of who leads.</summary>
    /// <param name="leader">The leader, or <c>null</c> when none is known.</param>
    /// <param name="formerAnswers">Whether the leader until now hands over its leadership, and so still
    /// answers.</param>
    private void SetLeader(LeaderInfo? leader, bool formerAnswers = false)
    {
        if (leader == _leader)
            return;
        var former = _leader;
        _leader = leader;
        _watch.OnLeader(leader?.Member, Now);
        if (former is not null && former.Member != leader?.Member)
            _forwarding.LeaderLeft(former.Member.Address, formerAnswers);
        ReportPlacement();
        Announce(new LeaderChanged(_settings.Group, _self.Id, Term, leader?.Member));
        if (leader is null)
            return;
        Settle();
        _metrics.LeaderChanged();
        _electionClock.EndRounds();
        _transfers.OnLeader(leader.Member);
        _forwarding.SendWaiting();
    }

    // The durable term: what is not durable must not be shown, and this event does not wait for a write.
    private void ElectionBegan(string reason)
    {
        _metrics.ElectionBegan(reason);
        Context.System.EventStream.Publish(
            new ElectionStarted(_settings.Group, _self.Id, _writeAhead.DurableHardState.Term, reason));
    }

    private void OnGetStatus() => Sender.Tell(PeerReport.Status(
        Inspect(), _settings, _identity, _snapshots.Stored, _scrubbing, _watch, _filter, Now));

    private void OnGetMembers()
    {
        var members = PeerReport.Members(Inspect(), _settings, _configurations, _changes.IsUnderWay, Now);
        Sender.Tell(members, Self);
    }

    /// <summary>Stops the peer for good.</summary>
    private void Refuse(string reason)
    {
        Context.Parent.Tell(new RaftSupervisor.PeerRefused(reason));
        Context.Stop(Self);
    }

    /// <summary>The leader of a term.</summary>
    private sealed record LeaderInfo(Member Member, string StoreId, long Term, string GroupId);
}
