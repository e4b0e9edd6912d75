using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using RaftActors.Protocol;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// A journal that does as a spec commands: writes at once, or waits to be told whether a write succeeds, fails or is rejected. It keeps events as the serializer's bytes, on a
/// <see cref="Disk"/> that outlives the peer and the actor system.
/// </summary>
public sealed class CommandedJournal : AsyncWriteJournal
{
    private readonly Disk _disk = Disk.Of(Context.System);

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        await _disk.OutstandingWrites().ConfigureAwait(false);
        foreach (var (sequenceNr, @event) in _disk.Events(persistenceId))
            if (sequenceNr >= fromSequenceNr && sequenceNr <= toSequenceNr)
                recoveryCallback(new Persistent(@event, sequenceNr, persistenceId));
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
    {
        await _disk.OutstandingWrites().ConfigureAwait(false);
        return _disk.Events(persistenceId).Select(item => item.SequenceNr).DefaultIfEmpty(0).Max();
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var results = ImmutableList.CreateBuilder<Exception?>();
        foreach (var message in messages)
        {
            var events = ((IEnumerable<IPersistentRepresentation>)message.Payload).Select(item => (item.SequenceNr, item.Payload)).ToArray();
            results.Add(await _disk.Write(message.PersistenceId, events).ConfigureAwait(false));
        }
        return results.ToImmutable();
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>What a <see cref="CommandedJournal"/> writes to, and how it is commanded.</summary>
public sealed class Disk
{
    private static readonly ConcurrentDictionary<string, Disk> Disks = new();

    private readonly RaftSerializer _serializer = new(null!);
    private readonly List<(string PersistenceId, long SequenceNr, object Stored)> _events = [];
    private readonly BlockingCollection<PendingWrite> _pending = [];
    private readonly List<Task> _outstanding = [];

    /// <summary>Whether each write waits for a command.</summary>
    public bool Commanded { get; set; }

    /// <summary>Whether a <see cref="CommandedSnapshotStore"/> refuses manifests.</summary>
    public bool RefusesManifests { get; set; }

    /// <summary>Whether a <see cref="CommandedSnapshotStore"/> reports manifests as failed that it has saved, and does not delete them.</summary>
    public bool DisownsManifests { get; set; }

    /// <summary>Under which persistence id a <see cref="CommandedSnapshotStore"/> loads nothing yet, and until when.</summary>
    public (string PersistenceId, Task Until)? HeldLoads { get; set; }

    /// <summary>Under which persistence ids a <see cref="CommandedSnapshotStore"/> saved chunks, in their order.</summary>
    public ConcurrentQueue<string> SavedChunks { get; } = new();

    /// <summary>Of which persistence ids a <see cref="CommandedSnapshotStore"/> deleted a range.</summary>
    public ConcurrentQueue<string> DeletedChunks { get; } = new();

    /// <summary>How many writes are waiting to be picked up by <see cref="NextWrite"/>.</summary>
    public int WaitingWrites => _pending.Count;

    public static Disk Of(ActorSystem system) => Disks.GetOrAdd(system.Name, static _ => new Disk());

    /// <summary>Puts a disk that was used before into a new actor system.</summary>
    public static void Insert(ActorSystem system, Disk disk) => Disks[system.Name] = disk;

    /// <summary>The next write that waits for a command.</summary>
    public PendingWrite NextWrite() =>
        _pending.TryTake(out var write, TimeSpan.FromSeconds(10)) ? write : throw new TimeoutException("Nothing was written.");

    /// <summary>The events of a persistence id.</summary>
    public IReadOnlyList<(long SequenceNr, object Event)> Events(string persistenceId)
    {
        lock (_events)
            return [.. _events.Where(item => item.PersistenceId == persistenceId).Select(item => (item.SequenceNr, Read(item.Stored)))];
    }

    /// <summary>Puts an event on the disk before a peer starts.</summary>
    public void Put(string persistenceId, params object[] events)
    {
        foreach (object @event in events)
            Store(persistenceId, Events(persistenceId).Select(item => item.SequenceNr).DefaultIfEmpty(0).Max() + 1, @event);
    }

    /// <summary>Loses an event.</summary>
    public void Lose(string persistenceId, long sequenceNr)
    {
        lock (_events)
            _events.RemoveAll(item => item.PersistenceId == persistenceId && item.SequenceNr == sequenceNr);
    }

    internal Task OutstandingWrites()
    {
        lock (_outstanding)
            return Task.WhenAll(_outstanding.Select(write => write.ContinueWith(static _ => { }, TaskScheduler.Default)));
    }

    internal async Task<Exception?> Write(string persistenceId, (long SequenceNr, object Payload)[] events)
    {
        if (Commanded)
        {
            var write = new PendingWrite(events[0].Payload);
            lock (_outstanding)
                _outstanding.Add(write.Result);
            _pending.Add(write);
            if (await write.Result.ConfigureAwait(false) is { } rejection)
                return rejection;
        }
        foreach (var (sequenceNr, payload) in events)
            Store(persistenceId, sequenceNr, payload);
        return null;
    }

    private void Store(string persistenceId, long sequenceNr, object payload)
    {
        lock (_events)
            _events.Add((persistenceId, sequenceNr, payload is IRaftMessage ? (_serializer.ToBinary(payload), _serializer.Manifest(payload)) : payload));
    }

    private object Read(object stored) => stored is (byte[] bytes, string manifest) ? _serializer.FromBinary(bytes, manifest) : stored;
}

/// <summary>A write that waits for a command.</summary>
public sealed class PendingWrite(object @event)
{
    private readonly TaskCompletionSource<Exception?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is to be written.</summary>
    public object Event { get; } = @event;

    internal Task<Exception?> Result => _result.Task;

    public void Succeed() => _result.SetResult(null);

    public void Reject() => _result.SetResult(new InvalidOperationException("The journal rejects the event."));

    public void Fail() => _result.SetException(new IOException("The disk is broken."));
}
