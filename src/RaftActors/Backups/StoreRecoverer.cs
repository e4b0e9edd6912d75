using Akka.Actor;
using Akka.Persistence;
using RaftActors.Inspection;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>Appends to a store's journal what <see cref="StoreRecovery"/> has decided, in one atomic write.</summary>
internal sealed class StoreRecoverer : OfflineWriter
{
    private readonly StoreReport _report;
    private readonly string _storeId;
    private readonly HardState _hardState;
    private readonly Configuration _configuration;

    private readonly Replay _replay;

    public StoreRecoverer(
        string persistenceId, StoreReport report, string storeId, HardState hardState, Configuration configuration,
        TaskCompletionSource done)
        : base(persistenceId, done)
    {
        _report = report;
        _storeId = storeId;
        _hardState = hardState;
        _configuration = configuration;
        _replay = new Replay(persistenceId);
    }

    public static Props Props(
        string persistenceId, StoreReport report, string storeId, HardState hardState, Configuration configuration,
        TaskCompletionSource done) => Akka.Actor.Props.Create(
            () => new StoreRecoverer(persistenceId, report, storeId, hardState, configuration, done));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: SnapshotManifest manifest } offer:
                _replay.StartFrom(offer.Metadata.SequenceNr, manifest);
                break;
            case SnapshotOffer:
                Fail("The manifest of the latest snapshot cannot be read.", null);
                break;
            case RecoveryCompleted when _report.LastEvent > 0 && LastSequenceNr != _report.LastEvent:
                Fail(
                    $"The journal ends with event {LastSequenceNr}, "
                    + $"and not with {_report.LastEvent} as it did when it was inspected.",
                    null);
                break;
            case RecoveryCompleted:
                Write();
                break;
            default:
                _replay.Apply(LastSequenceNr, message);
                break;
        }
    }

    private void Write()
    {
        // Log time never goes back.
        long time = _replay.Log.LastTime;
        var (last, payload) = (_report.LastIndex, _configuration.ToPayload());
        var entry = new LogEntry(last + 1, _hardState.Term, EntryKind.Configuration, time, payload);
        IRaftMessage[] events =
            [new StoreRenewed(_storeId), new StatePersisted(_hardState, last, [new EntryBatch([entry])])];
        PersistAll(events, @event =>
        {
            if (@event is StatePersisted)
                Succeed();
        });
    }
}
