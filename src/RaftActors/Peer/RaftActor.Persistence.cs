using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors;

// Reads what the store says (Replay), and writes what changes (WriteAhead): whatever changes during a write is the next
// event, written from the handler of the one before. What shows too much waits in WriteAhead until that is durable.
internal sealed partial class RaftActor
{
    private readonly Action<StatePersisted> _onPersisted;

    // What the store says; until all of it is read.
    private Replay? _replay;
    private string _storeId = "";

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: SnapshotManifest manifest } offer:
                _replay!.StartFrom(offer.Metadata.SequenceNr, manifest);
                _snapshots.Stored.Recover(new StoredSnapshot(offer.Metadata.SequenceNr, manifest));
                _replica.Recover(manifest.RebuiltAt);
                break;
            case SnapshotOffer offer:
                Context.Parent.Tell(new RaftSupervisor.SnapshotUnusable(offer.Metadata.SequenceNr));
                throw new SnapshotUnusableException(
                    $"The manifest of the snapshot that {PersistenceId} has for events up to "
                    + $"{offer.Metadata.SequenceNr} cannot be read{ChunkStore.Problem(offer.Snapshot)}");
            case RecoveryCompleted:
                OnRecovered();
                _settings.Observer?.Recovered(this);
                break;
            default:
                _replay!.Apply(LastSequenceNr, message);
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        switch (reason)
        {
            case JournalException or InvariantViolationException:
                Refuse($"{reason.Message} {WhereTheStoreIs()}.");
                break;
            case SnapshotUnusableException:
                Log.Error("{0}", reason.Message);
                break;
            default:
                ReportFailure(reason, isWrite: false);
                break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        ReportFailure(cause, isWrite: true, (@event as StatePersisted)?.Size ?? 0);

    private void ReportFailure(Exception reason, bool isWrite, long bytes = 0)
    {
        var failure = StoreFailure.Of(reason, _settings.ExplainStoreFailure);
        Context.Parent.Tell(new RaftSupervisor.StoreFailed(failure, isWrite, bytes));
        if (isWrite)
            ReportUnfit();
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // Akka.Persistence would go on past the hole. A rejected write is a failed write.
        OnPersistFailure(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    private void OnRecovered()
    {
        var replay = _replay!;
        _replay = null;
        _storeId = replay.StoreId;
        _writeAhead.Recovered(replay.HardState);
        _stores.Recover(replay.Stores, _storeId);
        if (replay.Damage is { } damage)
        {
            string what = $"event {damage.SequenceNr} of {PersistenceId} cannot be read: {damage.Problem}";
            _scrubbing.NoteDamage(what);
            _ownStore.Loss = $"{what}. The log before it ends with entry {damage.LastIndex}. {WhereTheStoreIs()}";
        }
        if (replay.IsDamaged)
            CutJournal(replay.Damage!.SequenceNr);
        else if (_slept is { } slept && IsAsItWas(slept))
            GoOn(slept);
        else if (_storeId.Length > 0)
            Start(isNew: false, isCut: false);
        else if (LastSequenceNr > 0)
            Refuse($"The first event of {PersistenceId} is missing.");
        else
            CreateStore();
    }

    private void CreateStore()
    {
        string storeId = _random.NewIdentity(_settings);
        Persist(new PeerCreated(PeerCreated.CurrentFormat, _settings.Group, _self.Id, storeId), created =>
        {
            _storeId = created.StoreId;
            Start(isNew: true, isCut: false);
        });
    }

    // From now on the journal says itself that the damaged event, and what those behind it say of the log, is void.
    private void CutJournal(long damagedEvent)
    {
        Log.Error("{0}: {1} What it and the events behind it say of the log is void.", PersistenceId,
            _ownStore.Loss + ".");
        Persist(new JournalCut(damagedEvent), _ => Start(isNew: false, isCut: true));
    }

    private string WhereTheStoreIs() =>
        $"The journal is {StorePlugins.Describe(Context.System.Settings.Config, _settings)}";

    private void Start(bool isNew, bool isCut)
    {
        if (_slept is { } slept)
            WakeAsAnother(slept);
        Log.Info("{0}: store {1}, term {2}, log up to {3}.", PersistenceId, _storeId, Term, _raftLog.LastIndex);
        Context.Parent.Tell(RaftSupervisor.PeerStarted.Instance);
        _leases.Start(Now);
        _replica.Start();
        StartStateMachine();
        _scrubbing.Start();
        _ownStore.Start(isNew, isCut);
        _bootstrapper.Start();
        BecomeFollower(Term, null);
        if (!_raftLog.IsEmpty || _settings.Join)
            Settle();
        else if (_bootstrapper.IsToFound)
            FoundSoon();
    }

    /// <summary>
    /// Has what changed written, and sent to the followers, once the messages that are already here were handled.
    /// </summary>
    public void RequestFlush()
    {
        if (_writeAhead.RequestFlush())
            Self.Tell(Flush.Instance);
    }

    private void OnProveStore(RaftSupervisor.ProveStore proof)
    {
        _writeAhead.Prove(proof.Bytes);
        RequestFlush();
    }

    private void OnFlush()
    {
        _writeAhead.BeginFlush();
        _metrics.Flushed(_raftLog.LastIndex);
        Write();
        _forwarding.Flush();
        if (_leading is not null)
        {
            StartReadRound();
            SendToFollowers();
        }
    }

    public void Write()
    {
        switch (_writeAhead.BeginWrite(Now, _snapshots.HoldsEntries, _snapshots.EventToWrite))
        {
            case StatePersisted persisted:
                _traces.Writing(persisted);
                PersistAsync(persisted, _onPersisted);
                break;
            case SnapshotInstalled installed:
                PersistAsync(installed, OnInstalled);
                break;
        }
    }

    private void OnPersisted(StatePersisted persisted)
    {
        _metrics.Written(persisted, _writeAhead.WritingSince!.Value);
        bool isProof = _writeAhead.Written(persisted, LastSequenceNr);
        _traces.Written(PersistedIndex);
        _snapshots.OnWritten();
        if (isProof)
            Context.Parent.Tell(RaftSupervisor.StoreWritten.Instance);
        AfterWrite();
    }

    private void OnInstalled(SnapshotInstalled installed)
    {
        _writeAhead.Written(installed, LastSequenceNr);
        _snapshots.OnInstalled();
    }

    public void AfterWrite()
    {
        _ownStore.NoteCaughtUp();
        Write();
        if (_writeAhead.IsDurable)
        {
            ReleaseHeld();
            _forwarding.Release();
        }
        OnWritten();
    }

    /// <summary>Sends a message to a peer, once all that the message may show is durable.</summary>
    public void Send(string address, PeerMessage message)
    {
        if (_writeAhead.Admit(address, message))
            _resolver.Resolve(address, _settings.Group).Tell(message, ActorRefs.NoSender);
        else
            RequestFlush();
    }

    /// <summary>Publishes an event that shows a term, once that is durable.</summary>
    private void Announce(object @event)
    {
        if (_writeAhead.Admit(null, @event))
            Publish(@event);
        else
            RequestFlush();
    }

    private void Publish(object @event)
    {
        Context.System.EventStream.Publish(@event);
        _machine.Announce(@event);
    }

    private void ReleaseHeld()
    {
        while (_writeAhead.TryRelease(out var held))
        {
            if (held.Address is null)
                Publish(held.Message);
            else
                Send(held.Address, (PeerMessage)held.Message);
        }
    }

    /// <summary>
    /// Told to itself, behind what is in the mailbox: all of that shares one write and one message to each follower.
    /// </summary>
    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    /// <summary>The peer stops, and the next one starts from an earlier snapshot.</summary>
    private sealed class SnapshotUnusableException(string message) : Exception(message);
}
