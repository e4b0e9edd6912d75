using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors;

// What is durable, and when. One kind of event; at most one write in flight; whatever changes meanwhile is the next single event, written from the handler. The outside learns of a
// term or a vote only once it is durable, and of an entry as its own only up to _persistedIndex.
internal sealed partial class RaftActor
{
    private const long LargestProof = 64 * 1024 * 1024;

    private readonly Action<Persisted> _onPersisted;
    private readonly Queue<(string? Address, object Message)> _held = new();
    private HardState _hardState = HardState.Initial;
    private HardState _durableHardState = HardState.Initial;
    private string _storeId = "";
    private readonly List<EntryBatch> _received = [];
    private EntryBatch[] _writing = [];
    private bool _writeInFlight;
    private TimeSpan _writeStarted;
    private bool _flushRequested;

    // What the supervisor waits to hear was written: something is, even if nothing has changed. And whether the write in flight is that.
    private RaftSupervisor.ProveStore? _proof;
    private bool _isProof;
    private long _lastEvent;

    /// <summary>The last index up to which the in-memory log is covered by events whose handlers ran.</summary>
    private long _persistedIndex;

    /// <summary>The last index up to which the in-memory log is covered by events that were issued; everything after it is the next event's.</summary>
    private long _issuedIndex;

    // With the incarnations of stores that this peer knows.
    private bool HardStateIsDurable => _durableHardState == _hardState && ReferenceEquals(_durableStores, _stores);

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: SnapshotManifest manifest } offer:
                Recover(offer.Metadata, manifest);
                break;
            case SnapshotOffer offer:
                Context.Parent.Tell(new RaftSupervisor.SnapshotUnusable(offer.Metadata.SequenceNr));
                throw new SnapshotUnusableException($"The manifest of the snapshot that {PersistenceId} has for events up to {offer.Metadata.SequenceNr} cannot be read{ChunkStore.Problem(offer.Snapshot)}");
            case SnapshotInstalled installed:
                CheckSequence();
                Recover(installed);
                break;
            case PeerCreated created:
                CheckSequence();
                Recover(created);
                break;
            case StoreRenewed renewed:
                CheckSequence();
                Recover(renewed);
                break;
            case Persisted persisted:
                CheckSequence();
                Recover(persisted);
                break;
            case RecoveryCompleted:
                OnRecovered();
                _settings.Observer?.Recovered(this);
                break;
            case JournalCut cut:
                CheckSequence();
                Recover(cut);
                break;
            case MalformedMessage { IsUnknown: false } malformed when _storeId.Length > 0:
                CheckSequence();
                RecoverDamaged(malformed);
                break;
            case MalformedMessage malformed:
                throw new RefusedException($"Event {LastSequenceNr} of {PersistenceId} cannot be read: {malformed.Problem}. {WhereDamaged()}.");
            default:
                throw new RefusedException($"Event {LastSequenceNr} of {PersistenceId} is a {message.GetType()}, which no Raft peer writes: the journal is that of something else.");
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        switch (reason)
        {
            case RefusedException or InvariantViolationException:
                Refuse(reason.Message);
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
        ReportFailure(cause, isWrite: true, (@event as Persisted)?.Size ?? 0);

    private void ReportFailure(Exception reason, bool isWrite, long bytes = 0)
    {
        var failure = StoreFailure.Of(reason, _settings.ExplainStoreFailure);
        Context.Parent.Tell(new RaftSupervisor.StoreFailed(failure, isWrite, bytes));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // Akka.Persistence would go on past the hole. A rejected write is a failed write.
        OnPersistFailure(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    private void Recover(PeerCreated created)
    {
        if (_storeId.Length > 0)
            throw new RefusedException($"{PersistenceId} was created twice.");
        if (created.FormatVersion > PeerCreated.CurrentFormat)
            throw new RefusedException(
                $"The journal has format {created.FormatVersion}; this version reads up to {PeerCreated.CurrentFormat}. Run the version that wrote it, or a newer one.");
        if (created.Group != _settings.Group || created.MemberId != _self.Id)
            throw new RefusedException($"The journal belongs to member '{created.MemberId}' of group '{created.Group}', not to '{_self.Id}' of '{_settings.Group}'.");
        _storeId = created.StoreId;
    }

    private void Recover(StoreRenewed renewed)
    {
        if (_storeId.Length == 0)
            throw new RefusedException($"The first event of {PersistenceId} is missing.");
        _storeId = renewed.StoreId;
    }

    private void Recover(Persisted persisted)
    {
        if (_storeId.Length == 0)
            throw new RefusedException($"The first event of {PersistenceId} is missing.");
        if (persisted.HardState is { } hardState)
            Recover(hardState);
        RecoverStores(persisted.Stores);
        if (persisted.Batches.Count == 0 || _damagedEvent > 0)
            return;
        if (persisted.PreviousIndex > _log.LastIndex)
            throw new RefusedException($"The journal misses the entries from {_log.LastIndex + 1} to {persisted.PreviousIndex}.");
        // What the snapshot includes is not needed, and it is committed: nothing of it is ever replaced.
        TruncateLog(Math.Max(persisted.PreviousIndex, _log.BaseIndex));
        foreach (var batch in persisted.Batches)
            foreach (var entry in batch.Entries)
                if (entry.Index > _log.BaseIndex)
                    AppendToLog(entry);
        _snapshots.Stored.NoteEvent(LastSequenceNr, persisted.PreviousIndex, persisted.Batches[^1].LastIndex);
    }

    // A manifest is saved after some of the events that are replayed behind it, and its term and vote are as late.
    private void Recover(HardState hardState)
    {
        bool isOlder = hardState.Term < Term || (hardState.Term == Term && hardState.VotedFor is null);
        // Once decided, the group stays: but for an operator's recovery, which is in a later term.
        string group = hardState.GroupId.Length == 0 || (isOlder && IsGroupDecided) ? _hardState.GroupId : hardState.GroupId;
        if (hardState.Term < Term && _snapshots.Stored.Latest is null)
            throw new InvariantViolationException($"The term goes back from {Term} to {hardState.Term} in the journal.");
        _hardState = (isOlder ? _hardState : hardState) with { GroupId = group, DiffersAt = Math.Max(_hardState.DiffersAt, hardState.DiffersAt) };
    }

    private void Recover(SnapshotInstalled installed)
    {
        if (_damagedEvent == 0 && !_log.Has(installed.LastIncludedIndex, installed.LastIncludedTerm))
            throw new RefusedException(
                $"The journal goes on from a snapshot up to entry {installed.LastIncludedIndex} that cannot be read. Remove the member from the group and add it again, with an empty data directory.");
    }

    // A missing event, even one that only holds a vote, is not noticed by anything else.
    private void CheckSequence()
    {
        if (LastSequenceNr != _lastEvent + 1)
            throw new RefusedException(_lastEvent == 0
                ? $"The journal of {PersistenceId} begins with event {LastSequenceNr}, and there is no snapshot that can be read for what was before. Remove the member from the group and add it again, with an empty data directory."
                : $"The journal misses events between {_lastEvent} and {LastSequenceNr} of {PersistenceId}.");
        _lastEvent = LastSequenceNr;
    }

    private void OnRecovered()
    {
        _durableHardState = _hardState;
        _durableStores = _stores;
        _persistedIndex = _issuedIndex = _log.LastIndex;
        if (_damagedEvent > 0)
            CutJournal();
        else if (_storeId.Length > 0)
            Start();
        else if (LastSequenceNr > 0)
            Refuse($"The first event of {PersistenceId} is missing.");
        else
            Persist(new PeerCreated(PeerCreated.CurrentFormat, _settings.Group, _self.Id, _random.NewIdentity(_settings)), created =>
            {
                _storeId = created.StoreId;
                _isNewStore = true;
                Start();
            });
    }

    private void Start()
    {
        Log.Info("{0}: store {1}, term {2}, log up to {3}.", PersistenceId, _storeId, Term, _log.LastIndex);
        Context.Parent.Tell(RaftSupervisor.PeerStarted.Instance);
        _startedAt = Now;
        if (_snapshots.Stored.Latest is null)
            _snapshots.Slots.StartPruning();
        StartSetAside();
        StartStateMachine();
        StartScrubbing();
        StartIncarnation();
        StartFounding();
        BecomeFollower(Term, null);
    }

    /// <summary>Asks for what changed to be written, and sent to the followers, once the messages that are already here were handled.</summary>
    private void RequestFlush()
    {
        if (_flushRequested)
            return;
        _flushRequested = true;
        Self.Tell(Flush.Instance);
    }

    private void OnProveStore(RaftSupervisor.ProveStore proof)
    {
        _proof = proof;
        RequestFlush();
    }

    // A full disk may have room for a small event, and none for that which failed.
    private Persisted Padded(Persisted persisted) => persisted with { Padding = (int)Math.Clamp(_proof!.Bytes - persisted.Size, 0, LargestProof) };

    private void OnFlush()
    {
        _flushRequested = false;
        if (!_writeInFlight)
            Write();
        _forwarding.Flush();
        if (_leading is not null)
        {
            StartReadRound();
            SendToFollowers();
        }
    }

    private void Write()
    {
        if (_snapshots.EventToWrite is { } installed)
        {
            _writeInFlight = true;
            _writeStarted = Now;
            PersistAsync(installed, OnInstalled);
            return;
        }
        bool entries = _log.LastIndex > _issuedIndex && !_snapshots.HoldsEntries;
        bool hardState = _durableHardState != _hardState || _proof is not null;
        bool stores = !ReferenceEquals(_durableStores, _stores);
        if (!entries && !hardState && !stores)
            return;
        _writing = entries ? Batches(_issuedIndex + 1) : [];
        // What stores have confirmed is worth no write of its own.
        var persisted = new Persisted(hardState ? _hardState : null, _issuedIndex, _writing) { Stores = stores || _confirmedUnwritten ? StoreRecords() : null };
        _writingStores = _stores;
        _confirmedUnwritten = false;
        if (entries)
            _issuedIndex = _log.LastIndex;
        _writeInFlight = true;
        _writeStarted = Now;
        _isProof = _proof is not null;
        PersistAsync(_isProof ? Padded(persisted) : persisted, _onPersisted);
    }

    private void OnPersisted(Persisted persisted)
    {
        _writeInFlight = false;
        if (persisted.HardState is not null)
            _durableHardState = persisted.HardState;
        if (persisted.Stores is not null)
            _durableStores = _writingStores;
        // A truncation since then has lowered _issuedIndex to what is still covered.
        _persistedIndex = _issuedIndex;
        if (persisted.Batches.Count > 0)
            _snapshots.Stored.NoteEvent(LastSequenceNr, persisted.PreviousIndex, persisted.Batches[^1].LastIndex);
        _snapshots.OnWritten();
        AfterWrite();
    }

    // The event says no more than the manager knows.
    private void OnInstalled(SnapshotInstalled installed)
    {
        _ = installed;
        _writeInFlight = false;
        _snapshots.OnInstalled();
    }

    private void AfterWrite()
    {
        if (_isProof)
        {
            (_proof, _isProof) = (null, false);
            Context.Parent.Tell(RaftSupervisor.StoreWritten.Instance);
        }
        NoteCaughtUp();
        Write();
        if (HardStateIsDurable)
        {
            ReleaseHeld();
            _forwarding.Release();
        }
        OnWritten();
    }

    // What was received is written as it came, if it is all there is.
    private EntryBatch[] Batches(long from)
    {
        var batches = _received.Count > 0 && _received[0].FirstIndex == from && _received[^1].LastIndex == _log.LastIndex ? _received : [];
        if (batches.Count == 0)
        {
            while (from <= _log.LastIndex)
            {
                long to = _log.LastOfBatch(from, _settings.MaxBatchEntries, _settings.MaxBatchBytes);
                batches.Add(new EntryBatch(_log.Slice(from, to)));
                from = to + 1;
            }
        }
        EntryBatch[] result = [.. batches];
        _received.Clear();
        return result;
    }

    // Keeps the batches that the next event will take over, as long as they continue each other.
    private void KeepReceived(EntryBatch batch)
    {
        if (_received.Count > 0 ? batch.FirstIndex == _received[^1].LastIndex + 1 : batch.FirstIndex == _issuedIndex + 1)
            _received.Add(batch);
        else
            _received.Clear();
    }

    private void AppendToLog(LogEntry entry)
    {
        _log.Append(entry);
        if (entry.Kind == EntryKind.Configuration)
            _configurations.Append(entry.Index, entry.Payload.TryReadConfiguration()
                ?? throw new InvariantViolationException($"The configuration in entry {entry.Index} cannot be read."));
    }

    private void TruncateLog(long after)
    {
        if (after >= _log.LastIndex)
            return;
        _log.TruncateAfter(after);
        _configurations.TruncateAfter(after);
        LoseChangeAfter(after);
        _issuedIndex = Math.Min(_issuedIndex, after);
        _persistedIndex = Math.Min(_persistedIndex, after);
        _received.Clear();
        _writing = [];
    }

    /// <summary>Sends a message to a peer, once the term and vote that it may show are durable.</summary>
    private void Send(string address, PeerMessage message)
    {
        if (HardStateIsDurable)
            _resolver.Resolve(address, _settings.Group).Tell(message, ActorRefs.NoSender);
        else
            Hold(address, message);
    }

    /// <summary>Publishes an event that shows a term, once that is durable.</summary>
    private void Announce(object @event)
    {
        if (HardStateIsDurable)
            Context.System.EventStream.Publish(@event);
        else
            Hold(null, @event);
    }

    private void Hold(string? address, object message)
    {
        // A leader that steps down answers all that it was asked.
        if (_held.Count >= 4096 + _settings.MaxPendingProposals)
            _held.Dequeue();
        _held.Enqueue((address, message));
        RequestFlush();
    }

    private void ReleaseHeld()
    {
        while (_held.TryDequeue(out var held))
        {
            if (held.Address is null)
                Context.System.EventStream.Publish(held.Message);
            else if (held.Message is PeerMessage message && message.Term == Term)
                Send(held.Address, message);
        }
    }

    /// <summary>The journal is not one that this peer may continue.</summary>
    private sealed class RefusedException(string message) : Exception(message);

    /// <summary>The peer stops, and the next one starts from an earlier snapshot.</summary>
    private sealed class SnapshotUnusableException(string message) : Exception(message);
}
