using System.Globalization;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.StateMachines;

namespace RaftActors.Replication;

/// <summary>What is asked of a peer about its replica.</summary>
internal interface IReplicaPeer : IPeer
{
    /// <summary>The peer's hard state: it says at which entry the replica was last found to be wrong.</summary>
    HardState HardState { get; }

    /// <summary>Whether this leader is transferring its leadership: it appends nothing new.</summary>
    bool IsTransferring { get; }

    /// <summary>Appends an entry that asks every replica for the digest of its state.</summary>
    /// <returns>The index of the entry.</returns>
    long AppendDigest();

    /// <summary>Writes down that the replica is wrong as of an entry, and stops serving it.</summary>
    void SetAside(long differsAt);
}

/// <summary>
/// A peer's judgment of its own replica. The last line of defence: replicas that went apart although their logs are the
/// same. From time to time the leader appends an entry that asks every replica for the digest of its state, so all say
/// theirs as of one index. Followers answer with their replies to heartbeats; the leader compares
/// (<see cref="DigestComparison"/>), and says with its heartbeats which digest a majority of the voters had. Each peer
/// judges itself.
/// </summary>
/// <remarks>
/// <para>A replica of the minority is set aside: its state machine is stopped, nothing of its state is served, and a
/// leader hands over. The replies to the leader then ask for a snapshot that includes what the own snapshot does, at
/// least. It is stored as if it were the peer's own, and a new state machine starts from it. The log, the commit index
/// and all that was acknowledged stay as they are.</para>
/// <para>That the state is wrong is a part of the hard state, and nothing is said to others before it is durable.
/// Neither mark ever goes back: <see cref="HardState.DiffersAt"/> says at which entry the state was last found to be
/// wrong, <see cref="Snapshots.SnapshotManifest.RebuiltAt"/> up to which such entry that does not hold for the state of
/// the snapshot. A crash in between leaves a peer that starts without a state machine and asks again; so does a peer
/// that falls back to an older snapshot of its own.</para>
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
    /// Up to which entry a difference that was found is gone, because the state is that of a snapshot of the leader.
    /// </summary>
    public long RebuiltAt { get; private set; }

    /// <summary>Whether the state is known to be wrong, so that nothing of it may be served.</summary>
    public bool IsSetAside => peer.HardState.DiffersAt > RebuiltAt;

    /// <summary>What clients are told of a replica that is set aside.</summary>
    public string Message =>
        $"The replica of {settings.MemberId} differs from those of a majority and is being built anew. "
        + "Ask another node.";

    /// <summary>The same, if it is set aside; otherwise <c>null</c>.</summary>
    public string? WhySetAside => IsSetAside ? Message : null;

    /// <summary>Up to which entry a difference is gone for the state of a snapshot of the leader.</summary>
    /// <param name="lastIncluded">The last entry that the snapshot includes.</param>
    public long RebuiltBy(long lastIncluded) =>
        peer.HardState.DiffersAt <= lastIncluded ? peer.HardState.DiffersAt : RebuiltAt;

    /// <summary>The peer starts from a snapshot.</summary>
    public void Recover(long rebuiltAt) => RebuiltAt = rebuiltAt;

    /// <summary>
    /// Says that the replica is set aside, if a difference was found before this start and there was no snapshot since.
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

    /// <summary>The state is another one: its digest is not known yet.</summary>
    public void ForgetDigest() => Digest = default;

    // ---- The leader asks, and compares

    /// <summary>The state machine has applied an entry that asks for the digest.</summary>
    public void OnDigest(ReplicaDigest digest)
    {
        Digest = digest;
        CompareOwn();
    }

    /// <summary>Compares the own digest with those of the followers, if this peer leads and has one.</summary>
    public void CompareOwn()
    {
        if (!Digest.Exists || peer.Leading is not { } leading)
            return;
        if (leading.Digests.Heard(settings.MemberId, Digest, configurations.Latest))
            JudgeAll(leading);
    }

    /// <summary>A follower of this leader has answered.</summary>
    public void OnReply(Follower follower, AppendEntriesReply reply)
    {
        var leading = peer.Leading!;
        if (leading.Digests.Heard(follower, reply.Digest, reply.RebuildFrom, configurations.Latest))
            JudgeAll(leading);
    }

    /// <summary>A heartbeat is due: says whether the replicas differ without a majority.</summary>
    public void CheckUndecided()
    {
        var digests = peer.Leading!.Digests;
        digests.NoteUndecided(peer.Now);
        NoteUndecided(digests.UndecidedAt);
    }

    /// <summary>A heartbeat is due: asks all replicas for their digests from time to time.</summary>
    public void AskIfDue()
    {
        var leading = peer.Leading!;
        if (!machine.HasDigest || peer.IsTransferring || raftLog.CommitIndex < leading.FirstIndex)
            return;
        ReplicaDigest? own = IsSetAside ? null : Digest;
        if (leading.Digests.IsDue(raftLog.LastIndex, leading.Followers, own, peer.Now))
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

    /// <summary>Compares the own digest with that of a majority.</summary>
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

    /// <summary>Notes whether the replicas of the group differ while none of their digests has a majority.</summary>
    /// <param name="index">The entry after which they differ; 0 for none.</param>
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

    /// <summary>A snapshot of the leader has taken the place of the state.</summary>
    /// <param name="rebuiltAt">What its manifest says.</param>
    /// <param name="lastIncluded">The last entry that it includes.</param>
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
