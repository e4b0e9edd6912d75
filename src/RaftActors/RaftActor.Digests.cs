using System.Globalization;
using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// The last line of defence: replicas that went apart although their logs are the same. From time to time the leader appends an
// entry that asks every replica for the digest of its state, so all say theirs as of one index. Followers answer with their
// replies to heartbeats; the leader says with its heartbeats which digest a majority of the voters had. Each peer judges itself.
//
// A replica of the minority is set aside: its state machine is stopped, nothing of its state is served, and a leader hands over.
// The replies to the leader then ask for a snapshot that includes what the own snapshot does, at least. It is stored as if it were
// the peer's own, and a new state machine starts from it. The log, the commit index and all that was acknowledged stay as they are.
//
// That the state is wrong is a part of the hard state, and nothing is said to others before it is durable. Neither mark ever goes
// back: HardState.DiffersAt says at which entry the state was last found to be wrong, SnapshotManifest.RebuiltAt up to which such
// entry that does not hold for the state of the snapshot. A crash in between leaves a peer that starts without a state machine and
// asks again; so does a peer that falls back to an older snapshot of its own.
internal sealed partial class RaftActor
{
    private ReplicaDigest _digest;
    private long _rebuiltAt;

    /// <summary>Whether the state is known to be wrong, so that nothing of it may be served.</summary>
    private bool IsSetAside => _writeAhead.HardState.DiffersAt > _rebuiltAt;

    /// <summary>What a snapshot has to include that a replica which is set aside can be built from; 0 when it is not.</summary>
    private long RebuildFrom => IsSetAside ? Math.Max(_writeAhead.HardState.DiffersAt, _snapshots.Stored.LastIncludedIndex) : 0;

    private string? WhySetAside => IsSetAside ? SetAsideMessage() : null;

    private string SetAsideMessage() =>
        $"The replica of {_self.Id} differs from those of a majority and is being built anew. Ask another node.";

    // ---- The leader asks, and compares

    // Not while a member that answers is of a version that says no digest. Such a version passes over the entry, should one of it
    // come later. An idle group stays idle.
    private void AskForDigests()
    {
        var leading = _leading!;
        if (!_machine.HasDigest || _settings.DigestInterval <= TimeSpan.Zero || IsHandingOver || _log.CommitIndex < leading.FirstIndex)
            return;
        if (Now - leading.DigestsAskedAt < _settings.DigestInterval)
            return;
        if (_log.LastIndex == leading.DigestIndex && !leading.ComparesAgain && HaveAllSaidTheirs())
            return;
        foreach (var follower in leading.Followers)
            if (follower.Progress is { HasAnswered: true, Version: < PeerHeader.ReplicaDigests })
                return;
        leading.DigestsAskedAt = Now;
        leading.ComparesAgain = false;
        leading.DigestIndex = Append(EntryKind.Digest, Payload.Empty).Index;
    }

    // One that was built anew since, from a snapshot that includes the entry, does not know what its digest was. But an answer
    // takes some heartbeats, however often the leader asks.
    private bool HaveAllSaidTheirs()
    {
        var leading = _leading!;
        if (Now - leading.DigestsAskedAt < Patience(_settings))
            return true;
        foreach (var (voter, progress) in leading.Followers)
        {
            bool isThere = Now - progress.LastContact < _settings.ElectionTimeoutMax && progress.MatchIndex >= leading.DigestIndex;
            if (isThere && progress.RebuildFrom == 0 && !leading.Digests.IsKnown(voter.Id, leading.DigestIndex))
                return false;
        }
        return IsSetAside || _digest.Index >= leading.DigestIndex;
    }

    private void NoteDigest(ReplicaDigest digest)
    {
        _digest = digest;
        if (_leading is not null)
            CompareDigests(_self.Id, digest);
    }

    private void NoteDigestOf(Follower follower, AppendEntriesReply reply)
    {
        var (voter, progress) = follower;
        if (reply.RebuildFrom > 0 && _leading!.Digests.Forget(voter.Id))
            _leading.Digests.Compare(Configuration);
        else if (reply.RebuildFrom == 0 && progress.RebuildFrom > 0)
            _leading!.ComparesAgain = true;
        progress.RebuildFrom = reply.RebuildFrom;
        if (reply.Digest.Exists && reply.RebuildFrom == 0)
            CompareDigests(voter.Id, reply.Digest);
    }

    private void CompareDigests(string memberId, ReplicaDigest digest)
    {
        var digests = _leading!.Digests;
        if (!digests.Report(memberId, digest))
            return;
        digests.Compare(Configuration);
        foreach (var (voter, _) in _leading.Followers)
        {
            if (!digests.Differs(voter.Id))
                continue;
            _leading.ComparesAgain = true;
            if (_leading.NamedAsDifferent.Add((voter.Id, digests.Agreed.Index)))
                Log.Error("{0}: the replica of {1} at {2} differs from those of a majority, as of entry {3}. It serves nothing until it is built anew from a snapshot.", PersistenceId, voter.Id, AddressOf(voter), digests.Agreed.Index);
        }
        Judge(digests.Agreed);
    }

    // Others may yet say theirs: it is a problem only when it lasts.
    private void NoteUndecided()
    {
        var leading = _leading!;
        long index = leading.Digests.UndecidedAt;
        leading.UndecidedSince = index == 0 ? null : leading.UndecidedSince ?? Now;
        bool lasts = Now - leading.UndecidedSince >= Patience(_settings);
        leading.UndecidedAt = lasts ? index : 0;
        leading.ComparesAgain |= lasts;
        NoteUndecided(leading.UndecidedAt);
    }

    private void HandOverIfSetAside()
    {
        if (IsSetAside)
            _transfers.TryHandOver(pause: 2 * _settings.ElectionTimeoutMax);
    }

    // ---- Each peer judges itself

    private void Judge(ReplicaDigest agreed)
    {
        if (!agreed.Exists || agreed.Index != _digest.Index || agreed.Value == _digest.Value || agreed.Index <= _writeAhead.HardState.DiffersAt)
            return;
        string reason = string.Create(CultureInfo.InvariantCulture,
            $"The replica of this node differs from those of a majority: after entry {agreed.Index} the digest of its state is {_digest.Value:x16}, and theirs {agreed.Value:x16}. ")
            + "Nothing of it is served until it is built anew from a snapshot of the leader. If it happens again, the state machine is not deterministic, or the memory or disk of this node is bad.";
        SetAside(agreed.Index, reason);
    }

    private void SetAside(long differsAt, string reason)
    {
        if (_problems.ContainsKey(PeerProblemKind.ReplicaDiffers))
            Log.Warning("{0}: {1}", PersistenceId, reason);
        BeginProblem(PeerProblemKind.ReplicaDiffers, reason);
        _writeAhead.FindDifference(differsAt);
        RequestFlush();
        StopServing();
        if (_leading is not null)
            HandOverIfSetAside();
    }

    // It was found before this start, and there was no snapshot of the leader since.
    private void StartSetAside()
    {
        if (IsSetAside)
            BeginProblem(PeerProblemKind.ReplicaDiffers, $"The replica of this node was found to differ from those of a majority, after entry {_writeAhead.HardState.DiffersAt}. Nothing of it is served until it is built anew from a snapshot of the leader.");
    }

    // What is on its way from that state machine is no answer any more, and no snapshot.
    private void StopServing()
    {
        _digest = default;
        StopStateMachine(SetAsideReason, SetAsideMessage());
        _proposals.FailAppended("The replica of the leader was found to differ from the others.", _machine.SentIndex);
        _reads.Ask();
        _snapshots.OnSetAside(SetAsideMessage());
        _subscribers.EndOffers(SetAsideMessage());
    }

    // Whoever asks may do so again where the answer says, or here when there is another leader.
    private FailureReason SetAsideReason => FollowedLeader is null ? FailureReason.NoLeader : FailureReason.NotLeader;

    private void NoteUndecided(long index)
    {
        if (IsSetAside)
            return;
        if (index > 0)
        {
            BeginProblem(
                PeerProblemKind.ReplicaDiffers,
                $"The replicas of the group differ after entry {index}, and none of their digests is that of a majority: nobody can say which state is right. "
                + "Start the members that are down. Compare the states of all nodes, and restore a backup or remove and add those that are wrong.");
        }
        else if (_problems.Count > 0)
        {
            EndProblem(PeerProblemKind.ReplicaDiffers, "a majority of the replicas agrees again");
        }
    }

    /// <summary>A snapshot of the leader takes the place of the state.</summary>
    /// <returns>Whether the replica was set aside until now.</returns>
    private bool EndSetAside(SnapshotManifest manifest)
    {
        bool wasSetAside = IsSetAside;
        _rebuiltAt = Math.Max(_rebuiltAt, manifest.RebuiltAt);
        if (!wasSetAside || IsSetAside)
            return false;
        EndProblem(PeerProblemKind.ReplicaDiffers, $"the replica was built anew from a snapshot of the leader up to entry {manifest.Snapshot.LastIncludedIndex}");
        return true;
    }
}
