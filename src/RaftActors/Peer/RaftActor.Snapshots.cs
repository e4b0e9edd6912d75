using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// Snapshots (paper, section 7): what is Raft in InstallSnapshot, and what the SnapshotManager asks of this peer.
internal sealed partial class RaftActor : ISnapshotPeer
{
    private readonly SnapshotManager _snapshots;

    // The journal goes on from the snapshot before, if there is one: the next start of the peer tries that.
    private void OnSnapshotDamaged(SnapshotDamaged damaged)
    {
        if (!_machine.IsPresent(damaged.Machine))
            return;
        Log.Error("{0}: the snapshot up to {1} is damaged: {2}.", PersistenceId, damaged.Snapshot.LastIncludedIndex,
            damaged.Problem);
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

    // ---- InstallSnapshot

    private void OnInstallSnapshot(InstallSnapshot install)
    {
        var header = install.Header;
        if (install.Term < Term)
            AnswerInstall(header.Address, header.StoreId, install.Snapshot, 1, installed: false);
        else if (HearFrom(header))
            _snapshots.OnInstallSnapshot(install);
    }

    private void AnswerInstall(string address, string storeId, Snapshot snapshot, int nextChunk, bool installed)
    {
        var (index, term) = (snapshot.LastIncludedIndex, snapshot.LastIncludedTerm);
        Send(address, new InstallSnapshotReply(Header(storeId), index, term, nextChunk, installed));
    }

    private void OnInstallSnapshotReply(InstallSnapshotReply reply)
    {
        var header = reply.Header;
        if (_leading!.Find(header.MemberId) is not { } follower || !IsBoundStore(header, follower))
            return;
        if (reply.Term != Term)
        {
            if (reply.Term > Term)
                BecomeFollower(reply.Term, null);
            return;
        }
        follower.Progress.Heard(Now, 0, !header.IsVerifying);
        if (_snapshots.OnReply(follower, reply))
            SendEntries(follower);
    }

    // ---- What is asked of this peer

    long IReplica.PersistedIndex => _writeAhead.PersistedIndex;

    long IReplica.AppliedIndex => _machine.AppliedIndex;

    string? IReplica.WhySetAside => _replica.WhySetAside;

    ITimerScheduler ITakingPeer.Timers => Timers;

    bool ITakingPeer.TryCaptureImage()
    {
        if (_machine.IsRunning)
            _machine.Ask(CaptureImage.Instance);
        return _machine.IsRunning;
    }

    bool ITakingPeer.IsPresent(StateImage image) => _machine.IsPresent(image.Machine);

    SnapshotManifest ITakingPeer.Manifest(Snapshot snapshot, int slot) => Manifest(snapshot, slot, "");

    // Its state is right, whatever the own one was found to be before the last entry that it includes.
    SnapshotManifest IInstallingPeer.ManifestOfLeader(Snapshot snapshot, int slot, string groupId) =>
        Manifest(snapshot, slot, groupId) with
        {
            RebuiltAt = _replica.RebuiltBy(snapshot.LastIncludedIndex),
        };

    bool IInstallingPeer.IsLeading => _leading is not null;

    (string Address, string StoreId)? IInstallingPeer.FollowedLeader =>
        FollowedLeader is { } leader ? (leader.Member.Address, leader.StoreId) : null;

    bool IInstallingPeer.IsWithoutState => _machine.Failures > 2 || _replica.IsSetAside;

    long IInstallingPeer.RebuildFrom => RebuildFrom;

    bool IInstallingPeer.IsWriting => _writeAhead.WritingSince is not null;

    void IInstallingPeer.Write() => Write();

    void IInstallingPeer.RequestFlush() => RequestFlush();

    void IInstallingPeer.AfterWrite() => AfterWrite();

    void IInstallingPeer.OnCommitted() => OnCommitted();

    void IInstallingPeer.Answer(string address, string storeId, Snapshot snapshot, int nextChunk, bool installed) =>
        AnswerInstall(address, storeId, snapshot, nextChunk, installed);

    bool IInstallingPeer.EndSetAside(SnapshotManifest manifest) =>
        _replica.NoteRebuilt(manifest.RebuiltAt, manifest.Snapshot.LastIncludedIndex);

    void IInstallingPeer.ReplaceStateMachine(SnapshotManifest manifest) => ReplaceStateMachine(manifest);

    void IInstallingPeer.ReplaceLog(SnapshotManifest manifest)
    {
        var snapshot = manifest.Snapshot;
        _writeAhead.ReplaceLog(snapshot);
        DecideGroup(snapshot.Configuration, manifest.HardState.GroupId);
        _changes.OnLogTruncated(snapshot.ConfigurationIndex);
        _pendingAck = null;
        ReplaceStateMachine(manifest);
    }

    LeaderState? ISendingPeer.Leading => _leading;

    PeerHeader ISendingPeer.Header(string toStoreId) => Header(toStoreId);

    string ISendingPeer.AddressOf(Server member) => _addresses.Of(member);

    // A state machine that was built anew while a snapshot was written began with the one before, or with the first
    // entry.
    long ICompactingPeer.DispensableIndex =>
        _machine.IsRunning ? Math.Min(_writeAhead.PersistedIndex, _machine.SentIndex) : _writeAhead.PersistedIndex;

    void ICompactingPeer.OnLogCompacted() => _subscribers.FeedAll();

    // The group that was decided may be written before the rest of the hard state: nothing takes that back.
    private SnapshotManifest Manifest(Snapshot snapshot, int slot, string groupOfLeader)
    {
        var hardState = _writeAhead.DurableHardState with { GroupId = _identity.IsDecided ? _writeAhead.HardState.GroupId : groupOfLeader };
        return new SnapshotManifest(_settings.Group, _self.Id, _storeId, hardState, snapshot, slot, null)
        {
            Stores = _stores.Records(),
            RebuiltAt = _replica.RebuiltAt,
        };
    }
}
