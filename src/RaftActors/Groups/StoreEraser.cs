using Akka.Actor;
using Akka.Persistence;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Groups;

/// <summary>
/// Empties the store of a peer that was stopped for ever: its events, the manifests of its snapshots and their chunks.
/// It tells its parent <see cref="Erased"/> or <see cref="EraseFailed"/>, and stops after a failure. A store that is
/// empty already, or in part, can be erased again.
/// </summary>
internal sealed class StoreEraser : UntypedPersistentActor
{
    private readonly RaftSettings _settings;
    private readonly CataloguedGroup _group;
    private int _slots = ChunkStore.Slots;

    /// <param name="group">The group whose store is erased.</param>
    /// <param name="settings">
    /// How the node uses its stores. The plugins are those of the group, if it names any.
    /// </param>
    public StoreEraser(CataloguedGroup group, RaftSettings settings)
    {
        _group = group;
        _settings = settings with
        {
            JournalPluginId = group.JournalPluginId,
            SnapshotPluginId = group.SnapshotPluginId,
        };
        (JournalPluginId, SnapshotPluginId) = (group.JournalPluginId, group.SnapshotPluginId);
    }

    public override string PersistenceId => _group.PersistenceId;

    // Nothing of the store is read but the number of its last event.
    public override Recovery Recovery => Recovery.None;

    public static Props Props(CataloguedGroup group, RaftSettings settings) =>
        Akka.Actor.Props.Create(() => new StoreEraser(group, settings));

    protected override void OnRecover(object message)
    {
        if (message is not RecoveryCompleted)
            return;
        // The chunks first: as long as there is a manifest or an event, the store does not look empty.
        var pruner = Context.ActorOf(SnapshotPruner.Props(_settings.RestartBackoffMax), "snapshot-pruner");
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            pruner.Tell(new PruneSlot(new ChunkStore(SnapshotStore, PersistenceId, slot, _settings.Clock)));
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case SlotPruned when --_slots == 0:
                DeleteSnapshots(SnapshotSelectionCriteria.Latest);
                break;
            case SlotPruned:
                break;
            case PruneFailed failure:
                Report(failure.Cause);
                Context.Stop(Self);
                break;
            case DeleteSnapshotsSuccess when LastSequenceNr > 0:
                DeleteMessages(LastSequenceNr);
                break;
            case DeleteSnapshotsSuccess or DeleteMessagesSuccess:
                Context.Parent.Tell(new Erased(_group));
                break;
            case DeleteSnapshotsFailure failure:
                Report(failure.Cause);
                Context.Stop(Self);
                break;
            case DeleteMessagesFailure failure:
                Report(failure.Cause);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Report(reason);

    private void Report(Exception reason)
    {
        string where = StorePlugins.Describe(Context.System.Settings.Config, _settings);
        var failure = StoreFailure.Of(reason, _settings.ExplainStoreFailure);
        Context.Parent.Tell(new EraseFailed(
            _group, $"The store of {PersistenceId}, {where}, cannot be deleted: {failure.Problem}"));
    }

    /// <summary>The store is empty.</summary>
    internal sealed record Erased(CataloguedGroup Group) : INoSerializationVerificationNeeded;

    /// <summary>The store could not be emptied.</summary>
    internal sealed record EraseFailed(CataloguedGroup Group, string Problem) : INoSerializationVerificationNeeded;
}
