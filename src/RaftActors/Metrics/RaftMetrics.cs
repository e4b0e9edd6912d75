using System.Diagnostics.Metrics;

namespace RaftActors.Metrics;

/// <summary>
/// The instruments of all groups in the process: meter <c>RaftActors</c> (<see cref="Raft.MeterName"/>).
/// docs/metrics.md lists them. Each measurement has the tag <c>group</c>, except those of what nodes send; those of a
/// peer have the tag <c>member</c>, too.
/// </summary>
/// <remarks>
/// Gauges, and the counts of all proposals and queries, are read from the peers when somebody collects them, so they
/// cost nothing until then. The peer records all else in its own turn: seldom, or once a batch.
/// </remarks>
internal static class RaftMetrics
{
    private static readonly Meter Meter = new(Raft.MeterName);

    // From 0.1 ms, a fast flush, to 10 s, longer than any timeout.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ],
    };

    private static readonly InstrumentAdvice<long> Entries = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    };

    private static readonly InstrumentAdvice<long> Bytes = new()
    {
        HistogramBucketBoundaries = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216],
    };

    // ---- Gauges

    /// <summary>1 for the role that a peer has, and 0 for the other roles, by the tag <c>role</c>.</summary>
    public static readonly ObservableGauge<long> Role = Gauge(
        "raft.peer.role", "{peer}", "1 for the role that the peer has, 0 for the other roles.",
        static peer => peer.Roles());

    /// <summary>The durable term of a peer.</summary>
    public static readonly ObservableGauge<long> Term = Gauge(
        "raft.peer.term", "{term}", "The durable term of the peer.", static peer => peer.One(peer.State.Durable.Term));

    /// <summary>Whether a peer knows a leader: 1 or 0.</summary>
    public static readonly ObservableGauge<long> KnowsLeader = Gauge(
        "raft.peer.knows_leader", "{peer}", "1 when the peer knows a leader, else 0.",
        static peer => peer.One(peer.State.Leader is null ? 0 : 1));

    /// <summary>The last index of a peer's log.</summary>
    public static readonly ObservableGauge<long> LastIndex = Gauge(
        "raft.log.last_index", "{entry}", "The index of the last entry of the peer's log.",
        static peer => peer.One(peer.State.Log.LastIndex));

    /// <summary>The last index of a peer's log that is durable on this node.</summary>
    public static readonly ObservableGauge<long> PersistedIndex = Gauge(
        "raft.log.persisted_index", "{entry}", "The last index of the peer's log that is durable on this node.",
        static peer => peer.One(peer.State.PersistedIndex));

    /// <summary>The last index that a peer knows to be committed.</summary>
    public static readonly ObservableGauge<long> CommitIndex = Gauge(
        "raft.log.commit_index", "{entry}", "The last index that the peer knows to be committed.",
        static peer => peer.One(peer.State.Log.CommitIndex));

    /// <summary>The last index that a peer's state machine has applied.</summary>
    public static readonly ObservableGauge<long> AppliedIndex = Gauge(
        "raft.log.applied_index", "{entry}", "The last index that the peer's state machine has applied.",
        static peer => peer.One(peer.State.AppliedIndex));

    /// <summary>The bytes of payload in a peer's log in memory.</summary>
    public static readonly ObservableGauge<long> LogBytes = Gauge(
        "raft.log.size", "By", "The bytes of payload in the peer's log, which are in memory.",
        static peer => peer.One(peer.State.Log.Bytes));

    /// <summary>The proposals that a leader has not answered yet.</summary>
    public static readonly ObservableGauge<long> PendingProposals = Gauge(
        "raft.proposals.pending", "{proposal}", "Proposals that the leader has not answered yet.",
        static peer => peer.One(peer.PendingProposals.Count));

    /// <summary>The bytes of the proposals that a leader has not answered yet.</summary>
    public static readonly ObservableGauge<long> PendingProposalBytes = Gauge(
        "raft.proposals.pending_size", "By", "The bytes of the proposals that the leader has not answered yet.",
        static peer => peer.One(peer.PendingProposals.Bytes));

    /// <summary>How many entries a follower lacks, as its leader knows, by the tag <c>follower</c>.</summary>
    public static readonly ObservableGauge<long> FollowerLag = Gauge(
        "raft.follower.lag", "{entry}", "Entries of the leader's log that the follower has not confirmed.",
        static peer => peer.Lags());

    /// <summary>
    /// For how long a follower has lacked the first entry that it lacks, as its leader knows, by the tag
    /// <c>follower</c>.
    /// </summary>
    public static readonly ObservableGauge<double> FollowerLagTime = Meter.CreateObservableGauge(
        "raft.follower.lag.duration", static () => PeerMetrics.All.SelectMany(static peer => peer.LagTimes()), "s",
        "The age of the first entry that the follower has not confirmed.");

    /// <summary>The open client sessions.</summary>
    public static readonly ObservableGauge<long> OpenSessions = Gauge(
        "raft.sessions.open", "{session}", "Open client sessions, as this node's replica knows.",
        static peer => peer.One(peer.OpenSessions));

    /// <summary>The subscribers of a peer.</summary>
    public static readonly ObservableGauge<long> Subscribers = Gauge(
        "raft.subscribers", "{subscriber}", "Subscribers to the committed entries at this peer.",
        static peer => peer.One(peer.Subscribers));

    /// <summary>The bytes of a peer's latest snapshot.</summary>
    public static readonly ObservableGauge<long> SnapshotBytes = Gauge(
        "raft.snapshot.size", "By", "The bytes of the peer's latest snapshot.",
        static peer => peer.One(peer.LatestSnapshot?.Content.Length ?? 0));

    /// <summary>The last index that a peer's latest snapshot includes.</summary>
    public static readonly ObservableGauge<long> SnapshotIndex = Gauge(
        "raft.snapshot.last_included_index", "{entry}", "The last index that the peer's latest snapshot includes.",
        static peer => peer.One(peer.LatestSnapshot?.LastIncludedIndex ?? 0));

    /// <summary>The peers in the process.</summary>
    public static readonly ObservableGauge<long> Groups = Meter.CreateObservableGauge(
        "raft.groups", static () => PeerMetrics.All.LongCount(), "{group}",
        "Groups of which a peer runs in this process.");

    // ---- Elections and leaders

    /// <summary>How often a peer began to campaign, by the tag <c>reason</c>.</summary>
    public static readonly Counter<long> Elections = Meter.CreateCounter<long>(
        "raft.elections", "{election}",
        "Elections that the peer began: after a timeout, a lost connection, a transfer, or when asked to.");

    /// <summary>How often a peer learned of another leader.</summary>
    public static readonly Counter<long> LeaderChanges = Meter.CreateCounter<long>(
        "raft.leader.changes", "{change}", "How often the peer learned of another leader, or of a leader again.");

    /// <summary>How often a leader began to move its leadership, so that each node leads its share.</summary>
    public static readonly Counter<long> LeadershipsMoved = Meter.CreateCounter<long>(
        "raft.leaderships.moved", "{leadership}",
        "How often the peer began to move its leadership to a node that led fewer groups than its share.");

    // ---- Requests

    /// <summary>The queries that a peer was asked, by the tag <c>kind</c>.</summary>
    public static readonly ObservableCounter<long> Reads = Meter.CreateObservableCounter(
        "raft.reads", static () => PeerMetrics.All.SelectMany(static peer => peer.Reads()), "{query}",
        "Queries of clients of this node: by read index, by lease, forwarded, or stale.");

    /// <summary>The proposals that a peer was told.</summary>
    public static readonly ObservableCounter<long> Proposals = Meter.CreateObservableCounter(
        "raft.proposals", static () => PeerMetrics.All.SelectMany(static peer => peer.One(peer.Proposals)),
        "{proposal}", "Proposals of clients of this node: appended here, or forwarded.");

    /// <summary>The requests that were answered with a failure, by the tags <c>request</c> and <c>reason</c>.</summary>
    public static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "raft.requests.failed", "{request}", "Requests of clients of this node that were answered with a failure.");

    // ---- What takes time

    /// <summary>From when a leader appends until the entries are committed, for each batch.</summary>
    public static readonly Histogram<double> CommitTime = Meter.CreateHistogram(
        "raft.entries.commit.duration", "s",
        "From when the leader appends the first entry of a batch until all of the batch is committed.", null, Seconds);

    /// <summary>From the commit until the leader's state machine has applied the entries, for each batch.</summary>
    public static readonly Histogram<double> ApplyTime = Meter.CreateHistogram(
        "raft.entries.apply.duration", "s",
        "From when a batch is committed until the leader's state machine has applied all of it.", null, Seconds);

    /// <summary>How long a write to the journal took, with its flush.</summary>
    public static readonly Histogram<double> WriteTime = Meter.CreateHistogram(
        "raft.journal.write.duration", "s", "How long a write of the peer to its journal took, until it was durable.",
        null, Seconds);

    /// <summary>The entries of a write to the journal.</summary>
    public static readonly Histogram<long> WriteEntries = Meter.CreateHistogram(
        "raft.journal.write.entries", "{entry}", "Entries in one write of the peer to its journal.", null, Entries);

    /// <summary>The bytes of a write to the journal.</summary>
    public static readonly Histogram<long> WriteBytes = Meter.CreateHistogram(
        "raft.journal.write.size", "By", "Bytes of entries in one write of the peer to its journal.", null, Bytes);

    // ---- Snapshots

    /// <summary>How long a peer took to take a snapshot of its own state.</summary>
    public static readonly Histogram<double> SnapshotTakeTime = Meter.CreateHistogram(
        "raft.snapshot.take.duration", "s", "How long a snapshot of the peer's own state took, until it was stored.",
        null, Seconds);

    /// <summary>How long a peer took to receive and install a snapshot of the leader.</summary>
    public static readonly Histogram<double> SnapshotInstallTime = Meter.CreateHistogram(
        "raft.snapshot.install.duration", "s",
        "How long a snapshot of the leader took, from its first chunk until it was installed.", null, Seconds);

    /// <summary>How often a leader began to send a snapshot.</summary>
    public static readonly Counter<long> SnapshotsSent = Meter.CreateCounter<long>(
        "raft.snapshots.sent", "{snapshot}", "Snapshots that the leader began to send, by the tag follower.");

    // ---- What nodes send each other

    /// <summary>The messages that this node sent to other nodes.</summary>
    public static readonly Counter<long> SentMessages = Meter.CreateCounter<long>("raft.messages.sent", "{message}",
        "Messages that TcpTransport sent to other nodes: of all groups, and those of Akka.Remote.");

    /// <summary>The bytes of the messages that this node sent to other nodes.</summary>
    public static readonly Counter<long> SentBytes = Meter.CreateCounter<long>("raft.messages.sent_size", "By",
        "Bytes of the messages that TcpTransport sent to other nodes.");

    // ---- What should not happen

    /// <summary>Messages between peers that were dropped, by group and reason.</summary>
    public static readonly Counter<long> DroppedMessages = Meter.CreateCounter<long>("raft.messages.dropped",
        "{message}", "Messages that a peer dropped because they made no sense or were meant for another.");

    /// <summary>How often a timer of a peer was late by more than a heartbeat interval, by group.</summary>
    public static readonly Counter<long> LateTimers = Meter.CreateCounter<long>("raft.timers.late", "{timer}",
        "Timers of a peer that fired late by more than a heartbeat interval.");

    /// <summary>How often a peer found that its store had been set back, by group.</summary>
    public static readonly Counter<long> StoresSetBack = Meter.CreateCounter<long>("raft.stores.set_back", "{store}",
        "Stores that were found to have lost what they had confirmed.");

    /// <summary>How often a peer compared its replica with those of a majority, by group.</summary>
    public static readonly Counter<long> ReplicasCompared = Meter.CreateCounter<long>("raft.replicas.compared",
        "{comparison}", "Comparisons of a peer's own replica with those of a majority, after one entry each.");

    /// <summary>How often a peer found that its replica differs from those of a majority, by group.</summary>
    public static readonly Counter<long> ReplicasDiffering = Meter.CreateCounter<long>("raft.replicas.differing",
        "{replica}", "Replicas that were found to differ from those of a majority.");

    /// <summary>How often a replica that differed was built anew, by group.</summary>
    public static readonly Counter<long> ReplicasRebuilt = Meter.CreateCounter<long>("raft.replicas.rebuilt",
        "{replica}", "Replicas that differed and were built anew from a snapshot of the leader.");

    /// <summary>How many events and chunks of snapshots a pass over a store could not read, by group.</summary>
    public static readonly Counter<long> DamagedRecords = Meter.CreateCounter<long>("raft.stores.damaged_records",
        "{record}", "Events and chunks of snapshots that could not be read in a pass over the store.");

    private static ObservableGauge<long> Gauge(
        string name, string unit, string description, Func<PeerMetrics, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(name, () => PeerMetrics.All.SelectMany(read), unit, description);
}
