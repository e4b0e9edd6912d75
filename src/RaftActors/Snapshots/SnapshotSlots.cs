using Akka.Actor;

namespace RaftActors.Snapshots;

/// <summary>
/// The slots for the chunks of snapshots (<see cref="ChunkStore"/>). A slot has holders: the peer if it keeps the
/// snapshot, the actor that writes the snapshot, and each actor that reads it. When the last holder has released the
/// slot, the chunks are deleted. Then the slot is free again.
/// </summary>
internal sealed class SnapshotSlots
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly IPeerStore _store;
    private readonly Dictionary<int, int> _holders = [];
    private readonly HashSet<int> _emptying = [];
    private bool _prunes;
    private object? _postponed;

    // Lives while slots are being emptied: most peers rarely need it.
    private IActorRef? _pruner;
    private int _pruners;

    public SnapshotSlots(IActorContext context, RaftSettings settings, IPeerStore store)
    {
        _context = context;
        _settings = settings;
        _store = store;
    }

    /// <summary>Whether a slot is free.</summary>
    public bool HasFree => FreeSlot() is not null;

    /// <summary>Whether each slot has a holder, so that no slot becomes free until a holder releases one.</summary>
    public bool AreAllHeld => Enumerable.Range(0, ChunkStore.Slots).All(_holders.ContainsKey);

    /// <summary>The chunks in a slot.</summary>
    public ChunkStore Chunks(int slot) => new(_store.SnapshotStore, _settings.PersistenceId, slot, _settings.Clock);

    /// <summary>
    /// Deletes what a crash may have left in the slots without a holder. From now on slots can be free. Call this only
    /// when the snapshot from which the peer started is known to be undamaged, or when the peer does not need it.
    /// Otherwise the next start may need an older snapshot that this peer does not know. A peer without a snapshot does
    /// not call this before it needs a slot: a node may have thousands of groups that never need one.
    /// </summary>
    public void StartPruning()
    {
        if (_prunes)
            return;
        _prunes = true;
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            if (!_holders.ContainsKey(slot))
                Prune(slot);
    }

    /// <summary>Called when a slot is empty.</summary>
    public void OnPruned(int slot)
    {
        _emptying.Remove(slot);
        if (_postponed is { } message)
        {
            _postponed = null;
            _context.Self.Tell(message, ActorRefs.NoSender);
        }
        if (_emptying.Count > 0 || _pruner is not { } pruner)
            return;
        _pruner = null;
        _context.Stop(pruner);
    }

    /// <summary>
    /// Has a message received once more when a slot is empty, as if the network had brought it only then. Of several
    /// messages the last one counts. If all slots are held, the message is dropped.
    /// </summary>
    public void Postpone(object message) => _postponed = AreAllHeld ? null : message;

    /// <summary>Takes a free slot and holds it; <c>null</c> if no slot is free.</summary>
    public int? TakeFree()
    {
        if (FreeSlot() is not { } slot)
            return null;
        Hold(slot);
        return slot;
    }

    /// <summary>Adds a holder of a slot.</summary>
    public void Hold(int slot) => _holders[slot] = _holders.GetValueOrDefault(slot) + 1;

    /// <summary>Removes a holder of a slot.</summary>
    public void Release(int slot)
    {
        int others = _holders[slot] - 1;
        if (others > 0)
        {
            _holders[slot] = others;
            return;
        }
        _holders.Remove(slot);
        Prune(slot);
    }

    private int? FreeSlot()
    {
        if (!_prunes)
            return null;
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            if (!_holders.ContainsKey(slot) && !_emptying.Contains(slot))
                return slot;
        return null;
    }

    // Before StartPruning nothing is deleted.
    private void Prune(int slot)
    {
        if (!_prunes || !_emptying.Add(slot))
            return;
        // The one before it may still be stopping.
        _pruner ??= _context.ActorOf(
            SnapshotPruner.Props(_settings.RestartBackoffMax), $"snapshot-pruner-{++_pruners}");
        _pruner.Tell(new PruneSlot(Chunks(slot)), _context.Self);
    }
}
