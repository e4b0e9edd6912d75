using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors;

// Replicas are compared by the digests of their states, and one that differs is built anew: see OwnReplica, and as the
// leader DigestComparison.
internal sealed partial class RaftActor : IReplicaPeer
{
    private readonly OwnReplica _replica;

    HardState IReplicaPeer.HardState => _writeAhead.HardState;

    /// <summary>
    /// What a snapshot has to include that a replica which is set aside can be built from; 0 when it is not.
    /// </summary>
    private long RebuildFrom =>
        _replica.IsSetAside ? Math.Max(_writeAhead.HardState.DiffersAt, _snapshots.Stored.LastIncludedIndex) : 0;

    void IReplicaPeer.SetAside(long differsAt)
    {
        _writeAhead.FindDifference(differsAt);
        RequestFlush();
        StopServing();
        if (_leading is not null)
            TransferIfSetAside();
    }

    // ---- The leader asks, and compares

    private void AskForDigests()
    {
        var leading = _leading!;
        if (!_machine.HasDigest || IsTransferring || _raftLog.CommitIndex < leading.FirstIndex)
            return;
        ReplicaDigest? own = _replica.IsSetAside ? null : _replica.Digest;
        if (leading.Digests.IsDue(_raftLog.LastIndex, leading.Followers, own, Now))
            leading.Digests.Asked(Append(EntryKind.Digest, Payload.Empty).Index, Now);
    }

    private void NoteDigest(ReplicaDigest digest)
    {
        _replica.Digest = digest;
        if (_leading is not null)
            CompareDigests(digest);
    }

    private void CompareDigests(ReplicaDigest own)
    {
        if (_leading!.Digests.Heard(_self.Id, own, Configuration))
            JudgeReplicas();
    }

    private void NoteDigestOf(Follower follower, AppendEntriesReply reply)
    {
        if (_leading!.Digests.Heard(follower, reply.Digest, reply.RebuildFrom, Configuration))
            JudgeReplicas();
    }

    private void JudgeReplicas()
    {
        var digests = _leading!.Digests;
        foreach (var voter in digests.TakeNewlyDifferent(_leading.Followers))
        {
            Log.Error(
                "{0}: the replica of {1} at {2} differs from those of a majority, as of entry {3}. "
                    + "It serves nothing until it is built anew from a snapshot.",
                PersistenceId, voter.Id, _addresses.Of(voter), digests.Agreed.Index);
        }
        _replica.Judge(digests.Agreed);
    }

    private void NoteUndecided()
    {
        var digests = _leading!.Digests;
        digests.NoteUndecided(Now);
        _replica.NoteUndecided(digests.UndecidedAt);
    }

    private void TransferIfSetAside()
    {
        if (_replica.IsSetAside)
            _transfers.TryHandOver(pause: 2 * _settings.ElectionTimeoutMax);
    }

    // ---- A replica that differs

    // What is on its way from that state machine is no answer any more, and no snapshot.
    private void StopServing()
    {
        _replica.Digest = default;
        StopStateMachine(SetAsideReason, _replica.Message);
        _proposals.FailAppended("The replica of the leader was found to differ from the others.", _machine.SentIndex);
        _reads.Ask();
        _snapshots.OnSetAside(_replica.Message);
        _subscribers.EndOffers(_replica.Message);
    }

    // Whoever asks may do so again where the answer says, or here when there is another leader.
    private FailureReason SetAsideReason => FollowedLeader is null ? FailureReason.NoLeader : FailureReason.NotLeader;
}
