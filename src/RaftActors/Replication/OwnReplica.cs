using System.Globalization;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.StateMachines;

namespace RaftActors.Replication;

/// <summary>What <see cref="OwnReplica"/> needs from its peer.</summary>
internal interface IReplicaPeer : IPeer
{
    /// <summary>The peer's hard state, which says at which entry the replica was last found to be wrong.</summary>
    HardState HardState { get; }

    /// <summary>Whether this leader is transferring its leadership. It then appends nothing new.</summary>
    bool IsTransferring { get; }

    /// <summary>Appends an entry that asks every replica for the digest of its state.</summary>
    /// <returns>The index of the entry.</returns>
    long AppendDigest();

    /// <summary>Records that the replica is wrong as of an entry, and stops serving it.</summary>
    void SetAside(long differsAt);
}

/// <summary>
/// A peer's judgment of its own replica. It finds replicas that differ although their logs are the same. From time to
/// time the leader appends an entry that asks every replica for the digest of its state at that index. Followers answer
/// with their replies to heartbeats. The leader compares the digests (<see cref="DigestComparison"/>), and its
/// heartbeats say which digest a majority of the voters had. Each peer judges itself.
/// </summary>
/// <remarks>
/// <para>
/// A replica that differs from the majority is set aside: its state machine is stopped, nothing of its state is served,
/// and a leader transfers its leadership. The replies to the leader then ask for a snapshot that includes at least what
/// the peer's own snapshot includes. That snapshot is stored as if it were the peer's own, and a new state machine
/// starts from it. The log, the commit index and everything that was acknowledged stay as they are.
/// </para>
/// <para>
/// The hard state says that the state is wrong, and nothing is said to others before that is durable. Two marks, which
/// never go back, say what is wrong. <see cref="HardState.DiffersAt"/> is the entry at which the state was last found
/// to be wrong. <see cref="Snapshots.SnapshotManifest.RebuiltAt"/> is the last such entry that does not hold for the
/// state of the snapshot. A peer that crashes in between starts without a state machine, and asks again. So does a peer
/// that falls back to an older snapshot of its own.
/// </para>
/// </remarks>
internal sealed class OwnReplica(
    RaftSettings settings,
    RaftLog raftLog,
    ConfigurationHistory configurations,
    StateMachineRunner machine,
    PeerProblems problems,
    ILoggingAdapter log,
    IReplicaPeer peer)
{
    private readonly KeyValuePair<string, object?> _group = new("group", settings.Group);

    // The last entry at which the replica was compared, since the peer started.
    private long _comparedAt;

    /// <summary>The latest digest of the state.</summary>
    public ReplicaDigest Digest { get; private set; }

    /// <summary>
    /// The entry up to which a difference no longer holds, because the state comes from a snapshot of the leader.
    /// </summary>
    public long RebuiltAt { get; private set; }

    /// <summary>Whether the state is known to be wrong, so that nothing of it may be served.</summary>
    public bool IsSetAside => peer.HardState.DiffersAt > RebuiltAt;

    /// <summary>The message to clients about a replica that is set aside.</summary>
    public string Message =>
        $"The replica of {settings.MemberId} differs from those of a majority and is being built anew. "
        + "Ask another node.";

    /// <summary>That message, if the replica is set aside; otherwise <c>null</c>.</summary>
    public string? WhySetAside => IsSetAside ? Message : null;

    /// <summary>The entry up to which a difference does not hold for the state of a snapshot from the leader.</summary>
    /// <param name="lastIncluded">The index of the last entry that the snapshot includes.</param>
    public long RebuiltBy(long lastIncluded) =>
        peer.HardState.DiffersAt <= lastIncluded ? peer.HardState.DiffersAt : RebuiltAt;

    /// <summary>Called when the peer starts from a snapshot.</summary>
    public void Recover(long rebuiltAt) => RebuiltAt = rebuiltAt;

    /// <summary>
    /// Reports that the replica is set aside, if a difference was found before this start and no snapshot has replaced
    /// the state since.
    /// </summary>
    public void Start()
    {
        if (!IsSetAside)
            return;
        problems.Begin(
            PeerProblemKind.ReplicaDiffers,
            "The replica of this node was found to differ from those of a majority, after entry "
                + $"{peer.HardState.DiffersAt}. Nothing of it is served until it is built anew from a snapshot of the "
                    + "leader.");
    }

    /// <summary>Forgets the digest, because the state is another one.</summary>
    public void ForgetDigest() => Digest = default;

    // ---- The leader asks, and compares

    /// <summary>Called when the state machine has applied an entry that asks for the digest.</summary>
    public void OnDigest(ReplicaDigest digest)
    {
        Digest = digest;
        CompareOwn();
    }

    /// <summary>Compares this peer's digest with those of the followers, if this peer leads and has a digest.</summary>
    public void CompareOwn()
    {
        if (!Digest.Exists || peer.Leading is not { } leading)
            return;
        if (leading.Digests.Heard(settings.MemberId, Digest, configurations.Latest))
            JudgeAll(leading);
    }

    /// <summary>Called when a follower of this leader has answered.</summary>
    public void OnReply(Follower follower, AppendEntriesReply reply)
    {
        var leading = peer.Leading!;
        if (leading.Digests.Heard(follower, reply.Digest, reply.RebuildFrom, configurations.Latest))
            JudgeAll(leading);
    }

    /// <summary>
    /// Called when a heartbeat is due. Reports whether the replicas differ and no digest has a majority.
    /// </summary>
    public void CheckUndecided()
    {
        var digests = peer.Leading!.Digests;
        digests.NoteUndecided(peer.Now);
        NoteUndecided(digests.UndecidedAt);
    }

    /// <summary>
    /// Called when a heartbeat is due. Asks all replicas for their digests from time to time, and before a rest.
    /// </summary>
    public void AskIfDue(bool beforeRest = false)
    {
        var leading = peer.Leading!;
        if (!machine.HasDigest || peer.IsTransferring || raftLog.CommitIndex < leading.FirstIndex)
            return;
        ReplicaDigest? own = IsSetAside ? null : Digest;
        if (leading.Digests.IsDue(raftLog.LastIndex, leading.Followers, own, peer.Now, beforeRest))
            leading.Digests.Asked(peer.AppendDigest(), peer.Now);
    }

    private void JudgeAll(LeaderState leading)
    {
        var digests = leading.Digests;
        foreach (var voter in digests.TakeNewlyDifferent(leading.Followers))
        {
            log.Error(
                "{0}: the replica of {1} at {2} differs from those of a majority, as of entry {3}. "
                    + "It serves nothing until it is built anew from a snapshot.",
                settings.PersistenceId, voter.Id, peer.AddressOf(voter), digests.Agreed.Index);
        }
        Judge(digests.Agreed);
    }

    // ---- Each peer judges itself

    /// <summary>Compares this peer's digest with that of a majority.</summary>
    public void Judge(ReplicaDigest agreed)
    {
        if (!agreed.Exists || agreed.Index != Digest.Index)
            return;
        // Each heartbeat says the digest again.
        if (agreed.Index > _comparedAt)
        {
            _comparedAt = agreed.Index;
            RaftMetrics.ReplicasCompared.Add(1, _group);
        }
        if (agreed.Value == Digest.Value || agreed.Index <= peer.HardState.DiffersAt)
            return;
        string reason = string.Create(CultureInfo.InvariantCulture,
            $"The replica of this node differs from those of a majority: after entry {agreed.Index} the digest of its "
                + $"state is {Digest.Value:x16}, and theirs {agreed.Value:x16}. ")
            + "Nothing of it is served until it is built anew from a snapshot of the leader. If it happens again, "
            + "the state machine is not deterministic, or the memory or disk of this node is bad.";
        if (problems.ReasonOf(PeerProblemKind.ReplicaDiffers) is not null)
            log.Warning("{0}: {1}", settings.PersistenceId, reason);
        problems.Begin(PeerProblemKind.ReplicaDiffers, reason);
        RaftMetrics.ReplicasDiffering.Add(1, _group);
        peer.SetAside(agreed.Index);
    }

    /// <summary>Records whether the replicas of the group differ and no digest has a majority.</summary>
    /// <param name="index">The index of the entry at which they differ; 0 for none.</param>
    public void NoteUndecided(long index)
    {
        if (IsSetAside)
            return;
        if (index == 0)
        {
            problems.End(PeerProblemKind.ReplicaDiffers, "a majority of the replicas agrees again");
            return;
        }
        problems.Begin(
            PeerProblemKind.ReplicaDiffers,
            $"The replicas of the group differ after entry {index}, and none of their digests is that of a majority: "
                + "nobody can say which state is right. Start the members that are down. Compare the states of all "
                    + "nodes, "
                + "and restore a backup or remove and add those that are wrong.");
    }

    /// <summary>Called when a snapshot from the leader has replaced the state.</summary>
    /// <param name="rebuiltAt"><see cref="Snapshots.SnapshotManifest.RebuiltAt"/> of the snapshot's manifest.</param>
    /// <param name="lastIncluded">The index of the last entry that the snapshot includes.</param>
    /// <returns>Whether the replica was set aside until now.</returns>
    public bool NoteRebuilt(long rebuiltAt, long lastIncluded)
    {
        bool wasSetAside = IsSetAside;
        RebuiltAt = Math.Max(RebuiltAt, rebuiltAt);
        if (!wasSetAside || IsSetAside)
            return false;
        RaftMetrics.ReplicasRebuilt.Add(1, _group);
        problems.End(
            PeerProblemKind.ReplicaDiffers,
            $"the replica was built anew from a snapshot of the leader up to entry {lastIncluded}");
        return true;
    }
}
