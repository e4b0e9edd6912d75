using Akka.Actor;
using Akka.Event;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// InstallSnapshot (paper, section 7), and what a snapshot takes the place of. All else about snapshots is in
// SnapshotManager.
internal sealed partial class RaftActor
{
    /// <summary>
    /// What a snapshot has to include that a replica which is set aside can be built from; 0 when it is not.
    /// </summary>
    public long RebuildFrom =>
        _replica.IsSetAside ? Math.Max(HardState.DiffersAt, _snapshots.Stored.LastIncludedIndex) : 0;

    // ---- Messages

    private void OnInstallSnapshot(InstallSnapshot install)
    {
        if (install.Term < Term)
            _snapshots.Refuse(install);
        else if (HearFrom(install.Header))
            _snapshots.OnInstallSnapshot(install);
    }

    private void OnInstallSnapshotReply(InstallSnapshotReply reply)
    {
        if (AnsweringFollower(reply) is not { } follower)
            return;
        follower.Progress.Heard(Now, 0, !reply.Header.IsVerifying);
        if (_snapshots.OnReply(follower, reply))
            SendEntries(follower);
    }

    // The journal goes on from the snapshot before, if there is one: the next start of the peer tries that.
    private void OnSnapshotDamaged(SnapshotDamaged damaged)
    {
        if (!_machine.IsPresent(damaged.Machine))
            return;
        Log.Error(
            "{0}: the snapshot up to {1} is damaged: {2}.",
            PersistenceId, damaged.Snapshot.LastIncludedIndex, damaged.Problem);
        var latest = _snapshots.Stored.Latest!;
        if (!ReferenceEquals(damaged.Snapshot, latest.Manifest.Snapshot))
        {
            // Another was stored since that state machine was started: the next one starts from that.
            Context.Stop(Sender);
            return;
        }
        Context.Parent.Tell(new RaftSupervisor.SnapshotUnusable(latest.SequenceNr));
        Context.Stop(Self);
    }

    // ---- What is stored of the peer with a snapshot

    SnapshotManifest ITakingPeer.Manifest(Snapshot snapshot, int slot) => Manifest(snapshot, slot, "");

    // Its state is right, whatever the own one was found to be before the last entry that it includes.
    SnapshotManifest IInstallingPeer.ManifestOfLeader(Snapshot snapshot, int slot, string groupId) =>
        Manifest(snapshot, slot, groupId) with { RebuiltAt = _replica.RebuiltBy(snapshot.LastIncludedIndex) };

    // The group that was decided may be written before the rest of the hard state: nothing takes that back.
    private SnapshotManifest Manifest(Snapshot snapshot, int slot, string groupOfLeader)
    {
        string groupId = _identity.IsDecided ? HardState.GroupId : groupOfLeader;
        var hardState = _writeAhead.DurableHardState with { GroupId = groupId };
        return new SnapshotManifest(_settings.Group, _self.Id, _storeId, hardState, snapshot, slot, null)
        {
            Stores = _stores.Records(),
            RebuiltAt = _replica.RebuiltAt,
        };
    }

    // ---- What a snapshot of the leader takes the place of

    void IInstallingPeer.ReplaceState(SnapshotManifest manifest)
    {
        if (_replica.NoteRebuilt(manifest.RebuiltAt, manifest.Snapshot.LastIncludedIndex))
            ReplaceStateMachine(manifest);
    }

    void IInstallingPeer.ReplaceLog(SnapshotManifest manifest)
    {
        var snapshot = manifest.Snapshot;
        _replica.NoteRebuilt(manifest.RebuiltAt, snapshot.LastIncludedIndex);
        _writeAhead.ReplaceLog(snapshot);
        _traces.LogReplaced();
        DecideGroup(snapshot.Configuration, manifest.HardState.GroupId);
        _changes.OnLogTruncated(snapshot.ConfigurationIndex);
        _pendingAck = null;
        ReplaceStateMachine(manifest);
    }
}
