using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>
/// An actor whose state is a journal of events: it recovers from a snapshot and the events after it, then turns commands into events and acts on an event when it
/// is durable.
/// </summary>
public abstract partial class Eventsourced : ActorBase, IPersistentIdentity, ISnapshotter, IPersistenceStash, IPersistenceRecovery
{
    /// <summary>Tells the confirmations for this instance from those for its predecessors under the same reference.</summary>
    private readonly int _instanceId;

    private readonly string _writerGuid;
    private readonly IStash _internalStash;
    private readonly Queue<PendingHandler> _pending = new();

    /// <summary>What was persisted since the last write began; one write is under way at a time.</summary>
    private List<IPersistentEnvelope> _batch = [];

    private bool _writing;
    private int _stashingPending;
    private long _sequenceNr;
    private PersistencePlugin? _journal;
    private PersistencePlugin? _snapshotStore;
    private IStash? _stash;
    private ILoggingAdapter? _log;

    protected Eventsourced()
    {
        Extension = Persistence.Instance.Apply(Context.System);
        _instanceId = Extension.NextInstanceId();
        _writerGuid = Extension.NextUuid();
        _internalStash = Context.CreateStash(GetType());
    }

    public abstract string PersistenceId { get; }

    public virtual Recovery Recovery => Recovery.Default;

    public virtual IStashOverflowStrategy InternalStashOverflowStrategy => Extension.DefaultInternalStashOverflowStrategy;

    public string? JournalPluginId { get; protected set; }

    public string? SnapshotPluginId { get; protected set; }

    public IActorRef Journal => JournalPlugin.Ref;

    public IActorRef SnapshotStore => (_snapshotStore ??= Extension.SnapshotStorePlugin(SnapshotPluginId)).Ref;

    public string SnapshotterId => PersistenceId;

    public long SnapshotSequenceNr => LastSequenceNr;

    /// <summary>The highest sequence number that was replayed, or persisted and handled.</summary>
    public long LastSequenceNr { get; private set; }

    public IStash Stash
    {
        get => _stash!;
        set => _stash = new CommandStash(value, _internalStash);
    }

    protected PersistenceExtension Extension { get; }

    private PersistencePlugin JournalPlugin => _journal ??= Extension.JournalPlugin(JournalPluginId);

    protected virtual ILoggingAdapter Log => _log ??= Context.GetLogger();

    /// <summary>Persists an event and then calls the handler; commands wait until it has returned.</summary>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler) => PersistOne(@event, handler, stashing: true);

    /// <summary>Persists an event and then calls the handler; commands are received meanwhile.</summary>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler) => PersistOne(@event, handler, stashing: false);

    /// <summary>Persists events, all or none of them, and then calls the handler for each; commands wait until it has returned from the last.</summary>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) => PersistMany(events, handler, stashing: true);

    /// <summary>Persists events, all or none of them, and then calls the handler for each; commands are received meanwhile.</summary>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) => PersistMany(events, handler, stashing: false);

    /// <summary>Calls the handler when those for everything persisted before have been called: at once if there is nothing.</summary>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        EnsureRecovered();
        if (_pending.Count == 0)
        {
            handler(evt);
            return;
        }
        _pending.Enqueue(PendingHandler.Of(handler, stashing: false));
        _batch.Add(new NonPersistentMessage(evt!, Sender));
    }

    public void DeleteMessages(long toSequenceNr)
    {
        var to = toSequenceNr == long.MaxValue ? LastSequenceNr : toSequenceNr;
        if (to <= LastSequenceNr)
        {
            Journal.Tell(new DeleteMessagesTo(PersistenceId, to, Self));
            return;
        }
        var cause = new InvalidOperationException($"toSequenceNr [{toSequenceNr}] must be less than or equal to LastSequenceNr [{LastSequenceNr}]");
        Self.Tell(new DeleteMessagesFailure(cause, toSequenceNr));
    }

    public void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria, toSequenceNr));

    public void SaveSnapshot(object snapshot) =>
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr, Context.System.Scheduler.Now.UtcDateTime), snapshot));

    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(SnapshotterId, sequenceNr, DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc))));

    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) => SnapshotStore.Tell(new DeleteSnapshots(SnapshotterId, criteria));

    protected abstract bool ReceiveRecover(object message);

    protected abstract bool ReceiveCommand(object message);

    private void PersistOne<TEvent>(TEvent @event, Action<TEvent> handler, bool stashing)
    {
        EnsureRecovered();
        AddPending(handler, stashing);
        _batch.Add(new AtomicWrite(NextEvent(@event!)));
    }

    private void PersistMany<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler, bool stashing)
    {
        EnsureRecovered();
        var written = ImmutableArray.CreateBuilder<IPersistentRepresentation>();
        foreach (var @event in events)
        {
            AddPending(handler, stashing);
            written.Add(NextEvent(@event!));
        }
        if (written.Count > 0)
            _batch.Add(new AtomicWrite(written.ToImmutable()));
    }

    private void AddPending<TEvent>(Action<TEvent> handler, bool stashing)
    {
        if (stashing)
            _stashingPending++;
        _pending.Enqueue(PendingHandler.Of(handler, stashing));
    }

    private Persistent NextEvent(object @event) =>
        new(@event, sequenceNr: ++_sequenceNr, persistenceId: PersistenceId, sender: Sender, writerGuid: _writerGuid);

    private void EnsureRecovered()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later.");
    }
}
