using Akka.Actor;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors;

/// <summary>The settings of one peer of a group: all its limits and timeouts. Immutable.</summary>
/// <remarks>
/// <see cref="FromConfig"/> reads the settings from HOCON, section <c>raft</c>. <c>reference.conf</c> documents each
/// key. A peer calls <see cref="Validate"/> when it starts.
/// </remarks>
public sealed partial record RaftSettings
{
    /// <summary>The group's name, which is an element of actor paths.</summary>
    public required string Group { get; init; }

    /// <summary>This peer's name, one of <see cref="Members"/>.</summary>
    public required string MemberId { get; init; }

    /// <summary>
    /// The voters with which the group is founded, with this peer among them. Once the log has a configuration, that
    /// configuration counts instead.
    /// </summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>
    /// Lets a peer with an empty log take part in founding the group although some configured voters do not answer
    /// whether their logs are empty, too. Use it only for a group that has never existed. An answer that shows a log
    /// with entries still prevents the founding.
    /// </summary>
    public bool Found { get; init; }

    /// <summary>
    /// Whether the group may start with a journal or a snapshot store that loses its data when the process ends.
    /// </summary>
    public bool AllowVolatile { get; init; }

    /// <summary>
    /// Says that the group exists. A peer with an empty log then waits until it is added to the group and a leader
    /// sends it a log. It never founds a group. Of <see cref="Members"/> only its own address counts. The setting has
    /// no effect once the peer has a log.
    /// </summary>
    public bool Join { get; init; }

    /// <summary>
    /// How long a new voter may stay silent before the change of members fails with
    /// <see cref="Client.FailureReason.NotCaughtUp"/>.
    /// </summary>
    public TimeSpan CatchUpTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a leader tells its followers that it still leads.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The shortest election timeout. Also the time after a message of a leader in which a peer grants no vote.
    /// </summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// The longest election timeout. Also the time after which a leader that hears no majority steps down.
    /// </summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>
    /// After how many idle election timeouts (<see cref="ElectionTimeoutMax"/>) a group rests; 0 for never. A group that
    /// rests sends nothing, and the nodes watch each other on its behalf. Set it to the same value on all nodes; the
    /// leader's value counts. A group with lease reads or with open sessions does not rest.
    /// </summary>
    public int RestAfter { get; init; } = 10;

    /// <summary>
    /// After what time of rest the peer of a group of the catalogue sleeps: <c>raft.groups.sleep-after</c>. Zero for
    /// never, as for all other groups.
    /// </summary>
    internal TimeSpan SleepAfter { get; init; }

    /// <summary>
    /// The shortest time between a lost connection to the leader and an election, if the leader stays silent.
    /// </summary>
    public TimeSpan DisconnectGraceMin { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The longest time between a lost connection to the leader and an election. Each follower draws a random time
    /// between the two.
    /// </summary>
    public TimeSpan DisconnectGraceMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Whether the group has lease reads (dissertation, section 6.4.1). Set it to the same value on all nodes; the
    /// leader's value counts.
    /// </summary>
    public bool LeaseReads { get; init; }

    /// <summary>
    /// The largest difference between the rates of two nodes' clocks, as a part of 1. A lease is shorter than
    /// <see cref="ElectionTimeoutMin"/> by this part.
    /// </summary>
    public double LeaseClockDrift { get; init; } = 0.1;

    /// <summary>
    /// How long a voter grants no vote after it has heard a leader, if the group has lease reads; otherwise zero.
    /// </summary>
    internal TimeSpan Lease =>
        LeaseReads ? TimeSpan.FromMilliseconds((long)ElectionTimeoutMin.TotalMilliseconds) : TimeSpan.Zero;

    /// <summary>
    /// How long a peer that has started waits for all other voters to say what they know about its store. After that, a
    /// majority is enough.
    /// </summary>
    internal TimeSpan VerificationWait { get => _verificationWait
        ?? (2 * ElectionTimeoutMax); init => _verificationWait = value; }

    private readonly TimeSpan? _verificationWait;

    /// <summary>How often a peer with an empty log asks the other voters whether their logs are empty, too.</summary>
    public TimeSpan FoundingInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The largest payload of an entry, in bytes. A larger proposal is refused.</summary>
    public int MaxEntryBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>The most entries in one AppendEntries.</summary>
    public int MaxBatchEntries { get; init; } = 2048;

    /// <summary>The most bytes of entries in one AppendEntries, unless a single entry is larger.</summary>
    public int MaxBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>How many AppendEntries with entries may be under way to one follower without an answer.</summary>
    public int MaxInflightAppends { get; init; } = 32;

    /// <summary>
    /// How many proposals may be pending on a peer. The next one is answered
    /// <see cref="Client.FailureReason.Overloaded"/>.
    /// </summary>
    public int MaxPendingProposals { get; init; } = 32 * 1024;

    /// <summary>How many bytes of proposals may be pending on a peer.</summary>
    public long MaxPendingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many queries may be pending on a peer.</summary>
    public int MaxPendingQueries { get; init; } = 32 * 1024;

    /// <summary>
    /// How long a proposal or query waits on a peer that knows no leader. After that it is answered
    /// <see cref="Client.FailureReason.NoLeader"/>.
    /// </summary>
    public TimeSpan LeaderWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a peer waits for the leader's answer to a forwarded proposal or query.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most entries that the state machine gets in one batch.</summary>
    public int ApplyBatchEntries { get; init; } = 1024;

    /// <summary>How many entries the state machine may get ahead of those that it has applied.</summary>
    public int ApplyCredits { get; init; } = 8192;

    /// <summary>How many subscribers a peer serves. The next one is refused.</summary>
    public int MaxSubscribers { get; init; } = 64;

    /// <summary>The most credits that count for a subscriber, even if it asks for more.</summary>
    public int MaxSubscriberCredits { get; init; } = 65_536;

    /// <summary>After how many applied entries the peer takes a snapshot.</summary>
    public long SnapshotEntries { get; init; } = 50_000;

    /// <summary>After how many bytes of entries the peer takes a snapshot.</summary>
    public long SnapshotBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The least size of the entries since the last snapshot, as a part of that snapshot's size, before the next one is
    /// taken.
    /// </summary>
    public double SnapshotMinGrowth { get; init; } = 0.5;

    /// <summary>
    /// The most entries covered by a snapshot that stay in memory, for followers that are a little behind.
    /// </summary>
    public int SnapshotTrailingEntries { get; init; } = 10_000;

    /// <summary>The most bytes of these entries.</summary>
    public long SnapshotTrailingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The bytes of one chunk of a snapshot. A chunk is stored, and sent to a follower, at once.</summary>
    public int SnapshotChunkSize { get; init; } = 512 * 1024;

    /// <summary>The most bytes of a snapshot that are sent to one follower in a second.</summary>
    public long SnapshotSendRate { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// How many peers of this node take a snapshot at the same time, of all groups. The others wait. The setting of the
    /// group that was started first in the actor system counts.
    /// </summary>
    public int ParallelSnapshots { get; init; } = 8;

    /// <summary>
    /// How often a node asks another node for leaderships, as long as it leads fewer groups than the other, measured
    /// against its share. Zero means that the leadership of this group is not moved for that. Has an effect on a node
    /// with several groups.
    /// </summary>
    public TimeSpan PlacementInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The time between the end of one check of all stored data and the beginning of the next; zero for no checks. A
    /// check finds damage while other members still have the damaged data.
    /// </summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most bytes that a check of the stored data reads in a second.</summary>
    public long ScrubRate { get; init; } = 1024 * 1024;

    /// <summary>
    /// How often a leader has all members compare their replicas, if an entry was applied since the last time. Zero
    /// means never. Has an effect only if the state machine is an <see cref="StateMachines.IStateDigest"/>.
    /// </summary>
    public TimeSpan DigestInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a client's session lives, in log time, without a command or a sign of life. The setting of the leader
    /// that opens the session counts.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many sessions may be open. A request for one more is answered <see cref="Client.FailureReason.Overloaded"/>.
    /// </summary>
    public int MaxSessions { get; init; } = 4096;

    /// <summary>
    /// How many responses may wait in a session to be acknowledged. A command beyond that is answered
    /// <see cref="Client.FailureReason.Overloaded"/>.
    /// </summary>
    public int MaxSessionResponses { get; init; } = 256;

    /// <summary>
    /// The most bytes of the remembered responses of all sessions. Beyond that the oldest responses are forgotten.
    /// </summary>
    public long MaxSessionResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// While sessions are open, a leader that has appended nothing for this long appends an entry that only carries the
    /// log time.
    /// </summary>
    public TimeSpan SessionTickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest wait before a stopped peer, or a failed state machine, is started again.</summary>
    public TimeSpan RestartBackoffMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The longest wait before a stopped peer, or a failed state machine, is started again. The wait doubles with each
    /// failure. It is reset when a start has lasted longer than this.
    /// </summary>
    public TimeSpan RestartBackoffMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The id of the dispatcher on which the peer runs; empty for the default dispatcher. The state machine always runs
    /// on the default dispatcher. Unless it is set, the peer runs on Akka.NET's dispatcher for internal actors, whose
    /// threads no actor of an application blocks.
    /// </summary>
    public string Dispatcher { get; init; } = "akka.actor.internal-dispatcher";

    /// <summary>The journal plugin of the peer, a configuration path; empty for the system's default.</summary>
    public string JournalPluginId { get; init; } = "";

    /// <summary>The snapshot store plugin of the peer, a configuration path; empty for the system's default.</summary>
    public string SnapshotPluginId { get; init; } = "";

    /// <summary>
    /// Checks the store before each start of the peer, for problems that the plugins themselves do not notice. It must
    /// not block. It throws a <see cref="Storage.StoreException"/> when the peer must not use the store. <c>null</c>
    /// for no such check.
    /// </summary>
    public Func<Task>? StoreCheck { get; init; }

    /// <summary>
    /// Says whether waiting can help after the journal or the snapshot store failed with an exception. It is asked
    /// about each exception in a chain, and returns <c>null</c> for one that it does not know. If the property is
    /// <c>null</c>, only what the library knows counts: SQLite's result codes, SQLSTATEs, and what Akka.Persistence
    /// reports.
    /// </summary>
    public Func<Exception, Storage.StoreException?>? ExplainStoreFailure { get; init; }

    /// <summary>
    /// The wall clock. When a peer begins to lead, log time starts at its wall clock. Then log time goes on by
    /// <see cref="ElapsedTime"/>, so a step of the wall clock during a leadership does nothing.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Time that only moves forward, for timeouts that are measured and not scheduled. The default is the scheduler's
    /// monotonic clock. A spec with a virtual clock uses that clock instead. Any thread may call it.
    /// </summary>
    public Func<IScheduler, TimeSpan> ElapsedTime { get; init; } = static scheduler => scheduler.HighResMonotonicClock;

    /// <summary>
    /// The seed of all randomness of the peer: timeouts, back-off, identities. <c>null</c> takes a seed from the
    /// operating system, which is the only right choice outside a simulation. A simulation gives each start of a
    /// process its own seed, because the store id is drawn from it.
    /// </summary>
    public int? RandomSeed { get; init; }

    /// <summary>How peers reach each other; <c>null</c> for the actor system's remoting.</summary>
    public IPeerResolver? Resolver { get; init; }

    /// <summary>Observes each peer that these settings start; <c>null</c> for no observer.</summary>
    internal IPeerObserver? Observer { get; init; }

    /// <summary>
    /// The number of the group's creation on this node, for a group of the node's catalogue
    /// (<see cref="Raft.CreateAsync(GroupDefinition)"/>); otherwise 0.
    /// </summary>
    internal long Incarnation { get; init; }

    /// <summary>The persistence id of the peer's journal.</summary>
    public string PersistenceId => Storage.PersistenceIds.OfIncarnation(Group, MemberId, Incarnation);

    /// <summary>The limits of the sessions that this peer opens as a leader.</summary>
    internal Sessions.SessionLimits SessionLimits =>
        new((long)SessionTimeout.TotalMilliseconds, MaxSessions, MaxSessionResponses, MaxSessionResponseBytes);

    /// <summary>This peer as a member.</summary>
    internal Member Self
    {
        get
        {
            foreach (var member in Members)
                if (member.Id == MemberId)
                    return member;
            throw new InvalidOperationException($"member-id '{MemberId}' is not among the members.");
        }
    }
}
