using Akka.Actor;
using Akka.Persistence;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>Writes what <see cref="StoreRecovery"/> has decided behind the last event of a store, at once or not at all.</summary>
internal sealed class StoreRecoverer : OfflineWriter
{
    private readonly StoreReport _report;
    private readonly string _storeId;
    private readonly HardState _hardState;
    private readonly Configuration _configuration;

    // Log time never goes back. Of entries that were replaced it may be later than need be.
    private long _time;

    public StoreRecoverer(string persistenceId, StoreReport report, string storeId, HardState hardState, Configuration configuration, TaskCompletionSource done)
        : base(persistenceId, done)
    {
        _report = report;
        _storeId = storeId;
        _hardState = hardState;
        _configuration = configuration;
    }

    public static Props Props(string persistenceId, StoreReport report, string storeId, HardState hardState, Configuration configuration, TaskCompletionSource done) =>
        Akka.Actor.Props.Create(() => new StoreRecoverer(persistenceId, report, storeId, hardState, configuration, done));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: SnapshotManifest manifest }:
                _time = Math.Max(_time, manifest.Snapshot.LastIncludedTime);
                break;
            case Persisted persisted:
                foreach (var batch in persisted.Batches)
                    foreach (var entry in batch.Entries)
                        _time = Math.Max(_time, entry.Time);
                break;
            case RecoveryCompleted when _report.LastEvent > 0 && LastSequenceNr != _report.LastEvent:
                Fail($"The journal ends with event {LastSequenceNr}, and not with {_report.LastEvent} as it did when it was inspected.", null);
                break;
            case RecoveryCompleted:
                Write();
                break;
        }
    }

    private void Write()
    {
        var entry = new LogEntry(_report.LastIndex + 1, _hardState.Term, EntryKind.Configuration, _time, _configuration.ToPayload());
        IRaftMessage[] events = [new StoreRenewed(_storeId), new Persisted(_hardState, _report.LastIndex, [new EntryBatch([entry])])];
        PersistAll(events, @event =>
        {
            if (@event is Persisted)
                Succeed();
        });
    }
}
