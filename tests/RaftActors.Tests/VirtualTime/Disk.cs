using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// What a <see cref="CommandedJournal"/> and a <see cref="CommandedSnapshotStore"/> write to, and how they are
/// commanded. Events are kept as the serializer's bytes.
/// </summary>
internal sealed class Disk
{
    private static readonly ConcurrentDictionary<string, Disk> Disks = new();

    private readonly RaftSerializer _serializer = new(null!);
    private readonly List<(string PersistenceId, long SequenceNr, object Stored)> _events = [];
    private readonly Queue<PendingWrite> _pending = [];
    private readonly Queue<Action> _heldReads = [];
    private readonly Queue<Action> _heldRequests = [];
    private int _outstanding;
    private Func<string, bool>? _holdsSnapshots;

    /// <summary>Whether each write of events waits for a command.</summary>
    public bool Commanded { get; set; }

    /// <summary>What replays of events fail with; <c>null</c> when they do not.</summary>
    public Exception? ReplayFailure { get; set; }

    /// <summary>How many replays of events were asked for.</summary>
    public int Replays { get; set; }

    /// <summary>What the next start of the journal fails with; <c>null</c> when it does not.</summary>
    public Exception? StartFailure { get; set; }

    /// <summary>Whether a snapshot store refuses manifests.</summary>
    public bool RefusesManifests { get; set; }

    /// <summary>
    /// Whether a snapshot store reports manifests as failed that it has saved, and does not delete them.
    /// </summary>
    public bool DisownsManifests { get; set; }

    /// <summary>Under which persistence ids a snapshot store saved chunks, in their order.</summary>
    public List<string> SavedChunks { get; } = [];

    /// <summary>Of which persistence ids a snapshot store deleted a range.</summary>
    public List<string> DeletedChunks { get; } = [];

    /// <summary>How many writes are waiting to be picked up by <see cref="NextWrite"/>.</summary>
    public int WaitingWrites => _pending.Count;

    /// <summary>The snapshots.</summary>
    public InMemoryStore Snapshots { get; } = new();

    public static Disk Of(ActorSystem system) => Disks.GetOrAdd(system.Name, static _ => new Disk());

    public static void Remove(ActorSystem system) => Disks.TryRemove(system.Name, out _);

    /// <summary>The next write that waits for a command.</summary>
    public PendingWrite NextWrite() =>
        _pending.TryDequeue(out var write) ? write : throw new InvalidOperationException("Nothing was written.");

    /// <summary>The events of a persistence id.</summary>
    public IReadOnlyList<(long SequenceNr, object Event)> Events(string persistenceId) =>
    [
        .. _events.Where(item => item.PersistenceId == persistenceId)
            .Select(item => (item.SequenceNr, Read(item.Stored))),
    ];

    /// <summary>Puts events on the disk before a peer starts.</summary>
    public void Put(string persistenceId, params object[] events)
    {
        long last = Events(persistenceId).Select(static item => item.SequenceNr).DefaultIfEmpty(0).Max();
        foreach (object @event in events)
            Store(persistenceId, ++last, @event);
    }

    /// <summary>Loses an event.</summary>
    public void Lose(string persistenceId, long sequenceNr) =>
        _events.RemoveAll(item => item.PersistenceId == persistenceId && item.SequenceNr == sequenceNr);

    /// <summary>
    /// Keeps requests to load or save snapshots of some persistence ids until <see cref="ReleaseSnapshots"/>.
    /// </summary>
    public void HoldSnapshots(Func<string, bool> which) => _holdsSnapshots = which;

    /// <summary>Does what was kept.</summary>
    public void ReleaseSnapshots()
    {
        _holdsSnapshots = null;
        while (_heldRequests.TryDequeue(out var request))
            request();
    }

    /// <summary>Loads or saves a snapshot, now or later.</summary>
    public void RequestSnapshot(string persistenceId, Action request)
    {
        if (_holdsSnapshots?.Invoke(persistenceId) == true)
            _heldRequests.Enqueue(request);
        else
            request();
    }

    /// <summary>What a start of the journal fails with; the one after does not.</summary>
    public Exception? TakeStartFailure()
    {
        var failure = StartFailure;
        StartFailure = null;
        return failure;
    }

    /// <summary>Writes events, now or when commanded.</summary>
    public void Write(IPersistentRepresentation[] events, Action<CommandedFailure?> answer)
    {
        if (!Commanded)
        {
            End(events, null, answer);
            return;
        }
        _outstanding++;
        _pending.Enqueue(new PendingWrite(events[0].Payload, failure =>
        {
            _outstanding--;
            End(events, failure, answer);
            while (_outstanding == 0 && _heldReads.TryDequeue(out var read))
                read();
        }));
    }

    /// <summary>Reads events once no write is under way.</summary>
    public void Read(Action read)
    {
        if (_outstanding > 0)
            _heldReads.Enqueue(read);
        else
            read();
    }

    private void End(IPersistentRepresentation[] events, CommandedFailure? failure, Action<CommandedFailure?> answer)
    {
        if (failure is null)
        {
            foreach (var persistent in events)
                Store(persistent.PersistenceId, persistent.SequenceNr, persistent.Payload);
        }
        answer(failure);
    }

    private void Store(string persistenceId, long sequenceNr, object payload)
    {
        object stored = payload is IRaftMessage
            ? (_serializer.ToBinary(payload), _serializer.Manifest(payload))
            : payload;
        _events.Add((persistenceId, sequenceNr, stored));
    }

    private object Read(object stored) =>
        stored is (byte[] bytes, string manifest) ? _serializer.FromBinary(bytes, manifest) : stored;
}
