using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>Speaks the protocol of journals and snapshot stores to the default plugins of an actor system.</summary>
internal sealed class JournalClient
{
    public const int Instance = 17;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestKit _kit;

    public JournalClient(ActorSystem system)
    {
        System = system;
        _kit = new TestKit(system);
        Probe = _kit.CreateTestProbe();
        var persistence = Akka.Persistence.Persistence.Instance.Apply(system);
        Journal = persistence.JournalFor("");
        SnapshotStore = persistence.SnapshotStoreFor("");
    }

    public ActorSystem System { get; }

    public IActorRef Journal { get; }

    public IActorRef SnapshotStore { get; }

    /// <summary>Who asks and is answered.</summary>
    public TestProbe Probe { get; }

    public TestProbe NewProbe() => _kit.CreateTestProbe();

    public static IPersistentRepresentation Event(
        string persistenceId, long sequenceNr, object payload, IActorRef? sender = null) =>
        new Persistent(payload, sequenceNr, persistenceId, "", false, sender ?? ActorRefs.NoSender, "writer");

    public static AtomicWrite Atomic(params IPersistentRepresentation[] events) => new(events.ToImmutableList());

    /// <summary>
    /// The events a-1, a-2 and so on, each an atomic write of its own, and waits until they are written.
    /// </summary>
    public void WriteEvents(string persistenceId, long from, long to)
    {
        WriteEvents(persistenceId, Numbers(from, to).Select(n => (n, (object)$"{persistenceId}-{n}")));
    }

    public void WriteEvents(string persistenceId, IEnumerable<(long SequenceNr, object Payload)> events)
    {
        var writes = events.Select(e => Atomic(Event(persistenceId, e.SequenceNr, e.Payload))).ToArray();
        Write(writes);
        Next<WriteMessagesSuccessful>();
        foreach (var _ in writes)
            Next<WriteMessageSuccess>();
    }

    public void Write(params IPersistentEnvelope[] envelopes) =>
        Journal.Tell(new WriteMessages(envelopes, Probe, Instance), Probe);

    /// <summary>What is replayed, as "number payload", and then the highest sequence number.</summary>
    public (List<string> Events, long Highest) Replay(
        string persistenceId, long from = 0, long to = long.MaxValue, long max = long.MaxValue)
    {
        var (events, outcome) = ReplayTo(NewProbe(), persistenceId, from, to, max);
        return (events, Assert.IsType<RecoverySuccess>(outcome).HighestSequenceNr);
    }

    public Exception FailedReplay(string persistenceId)
    {
        var (_, outcome) = ReplayTo(NewProbe(), persistenceId, 0, long.MaxValue, long.MaxValue);
        return Assert.IsType<ReplayMessagesFailure>(outcome).Cause;
    }

    public void Delete(string persistenceId, long to)
    {
        Journal.Tell(new DeleteMessagesTo(persistenceId, to, Probe), Probe);
        Assert.Equal(to, Next<DeleteMessagesSuccess>().ToSequenceNr);
    }

    public SnapshotMetadata Save(string persistenceId, long sequenceNr, object snapshot, DateTime timestamp = default)
    {
        SnapshotStore.Tell(
            new SaveSnapshot(new SnapshotMetadata(persistenceId, sequenceNr, timestamp), snapshot), Probe);
        return Next<SaveSnapshotSuccess>().Metadata;
    }

    public SelectedSnapshot? Load(
        string persistenceId, SnapshotSelectionCriteria? criteria = null, long to = long.MaxValue)
    {
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria ?? SnapshotSelectionCriteria.Latest, to), Probe);
        return Next<LoadSnapshotResult>().Snapshot;
    }

    public T Next<T>() => Probe.ExpectMsg<T>(Patience);

    public static IEnumerable<long> Numbers(long from, long to)
    {
        for (var n = from; n <= to; n++)
            yield return n;
    }

    private (List<string> Events, object Outcome) ReplayTo(
        TestProbe probe, string persistenceId, long from, long to, long max)
    {
        Journal.Tell(new ReplayMessages(from, to, max, persistenceId, probe), probe);
        var events = new List<string>();
        while (true)
        {
            var message = probe.ReceiveOne(Patience);
            if (message is not ReplayedMessage replayed)
                return (events, message);
            Assert.Equal(persistenceId, replayed.Persistent.PersistenceId);
            events.Add($"{replayed.Persistent.SequenceNr} {replayed.Persistent.Payload}");
        }
    }
}
