using Akka.Actor;
using RaftActors.Membership;

namespace RaftActors;

/// <summary>How one peer of a group runs: every limit and timeout it knows. Immutable.</summary>
/// <remarks><see cref="FromConfig"/> reads them from HOCON, section <c>raft</c>; <c>reference.conf</c> documents each key. <see cref="Validate"/> is called at the start of a peer.</remarks>
public sealed partial record RaftSettings
{
    /// <summary>The group's name; an actor path element.</summary>
    public required string Group { get; init; }

    /// <summary>This peer's name, one of <see cref="Members"/>.</summary>
    public required string MemberId { get; init; }

    /// <summary>The voters with which the group is founded, this peer among them. Once the log holds a configuration, that one counts.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>
    /// Lets a peer with an empty log take part in founding the group although some configured voters cannot be asked whether they are empty too. Only right while the
    /// group has never existed: an answer that shows otherwise still prevents it.
    /// </summary>
    public bool Found { get; init; }

    /// <summary>
    /// Whether the group starts with a journal or a snapshot store that loses what it has stored when the process ends.
    /// </summary>
    public bool AllowVolatile { get; init; }

    /// <summary>
    /// Says that the group exists and this peer is to be added to it: with an empty log it waits until a leader sends it one, and never founds a group. Of <see cref="Members"/> only its own
    /// address counts then. It means nothing once there is a log.
    /// </summary>
    public bool Join { get; init; }

    /// <summary>How long a voter to come may stay silent before the change of members is given up, with <see cref="Client.FailureReason.NotCaughtUp"/>.</summary>
    public TimeSpan CatchUpTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a leader lets its followers know that it lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest election timeout; also how long after hearing from a leader a peer grants no vote.</summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The longest election timeout; also how long a leader leads without hearing from a majority.</summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>The shortest time after a lost connection to the leader at which a silent leader is given up.</summary>
    public TimeSpan DisconnectGraceMin { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest such time; each follower draws its own between the two.</summary>
    public TimeSpan DisconnectGraceMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the group has lease reads (dissertation, section 6.4.1): the same on all its nodes, of which the leader's counts.</summary>
    public bool LeaseReads { get; init; }

    /// <summary>By which part the rates of two nodes' clocks may differ, at most; a lease is shorter than <see cref="ElectionTimeoutMin"/> by it.</summary>
    public double LeaseClockDrift { get; init; } = 0.1;

    /// <summary>How long a voter elects nobody after it has heard a leader, where the group has lease reads; otherwise zero.</summary>
    internal TimeSpan Lease => LeaseReads ? TimeSpan.FromMilliseconds((long)ElectionTimeoutMin.TotalMilliseconds) : TimeSpan.Zero;

    /// <summary>How long a peer that has started waits for all other voters to say what they know of its store, before a majority is enough.</summary>
    internal TimeSpan VerificationWait { get => _verificationWait ?? (2 * ElectionTimeoutMax); init => _verificationWait = value; }

    private readonly TimeSpan? _verificationWait;

    /// <summary>How often a peer with an empty log asks the other voters whether they are empty too.</summary>
    public TimeSpan FoundingInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The largest payload of an entry, in bytes; a larger proposal is refused.</summary>
    public int MaxEntryBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>The most entries in one AppendEntries.</summary>
    public int MaxBatchEntries { get; init; } = 2048;

    /// <summary>The most bytes of entries in one AppendEntries, unless a single entry is larger.</summary>
    public int MaxBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>How many AppendEntries with entries may be under way to one follower before one is answered.</summary>
    public int MaxInflightAppends { get; init; } = 32;

    /// <summary>How many proposals may be pending on a peer; one more is answered <see cref="Client.FailureReason.Overloaded"/>.</summary>
    public int MaxPendingProposals { get; init; } = 32 * 1024;

    /// <summary>How many bytes of proposals may be pending on a peer.</summary>
    public long MaxPendingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many queries may be pending on a peer.</summary>
    public int MaxPendingQueries { get; init; } = 32 * 1024;

    /// <summary>How long a proposal or query waits for a leader to be known before it is answered <see cref="Client.FailureReason.NoLeader"/>.</summary>
    public TimeSpan LeaderWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a peer waits for the leader's answer to what it forwarded before it gives up.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most entries handed to the state machine in one batch.</summary>
    public int ApplyBatchEntries { get; init; } = 1024;

    /// <summary>How many entries may be handed to the state machine ahead of those it has applied.</summary>
    public int ApplyCredits { get; init; } = 8192;

    /// <summary>How many subscribers a peer serves; one more is refused.</summary>
    public int MaxSubscribers { get; init; } = 64;

    /// <summary>How many credits a subscriber is given at most, whatever it asks for.</summary>
    public int MaxSubscriberCredits { get; init; } = 65_536;

    /// <summary>After how many applied entries the peer takes a snapshot.</summary>
    public long SnapshotEntries { get; init; } = 50_000;

    /// <summary>After how many bytes of entries the peer takes a snapshot.</summary>
    public long SnapshotBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How large, as a part of the last snapshot, the entries since then have to be before the next is taken.</summary>
    public double SnapshotMinGrowth { get; init; } = 0.5;

    /// <summary>How many entries that a snapshot covers stay in memory at most, for followers that are a little behind.</summary>
    public int SnapshotTrailingEntries { get; init; } = 10_000;

    /// <summary>How many bytes such entries may have together.</summary>
    public long SnapshotTrailingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The bytes of a snapshot that are stored, and sent to a follower, at once.</summary>
    public int SnapshotChunkSize { get; init; } = 512 * 1024;

    /// <summary>The most bytes of a snapshot that are sent to one follower in a second.</summary>
    public long SnapshotSendRate { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long after one pass over what is stored the next begins; zero for none. Damage is then found while other members still have what was damaged.</summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most bytes that such a pass reads in a second.</summary>
    public long ScrubRate { get; init; } = 1024 * 1024;

    /// <summary>How long a client's session lives, in log time, without a command or a sign of life. What counts is the setting of the leader that opens the session.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many sessions may be open; one more is answered <see cref="Client.FailureReason.Overloaded"/>.</summary>
    public int MaxSessions { get; init; } = 4096;

    /// <summary>How many responses may wait in a session to be acknowledged; a command beyond them is answered <see cref="Client.FailureReason.Overloaded"/>.</summary>
    public int MaxSessionResponses { get; init; } = 256;

    /// <summary>How many bytes the remembered responses of all sessions may have; beyond it the oldest are forgotten.</summary>
    public long MaxSessionResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>After how long without an entry a leader appends one for its time alone, while sessions are open.</summary>
    public TimeSpan SessionTickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest wait before a stopped peer, or a failed state machine, is started again.</summary>
    public TimeSpan RestartBackoffMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest such wait: it doubles with each failure, until a start lasts longer than this.</summary>
    public TimeSpan RestartBackoffMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The journal plugin of the peer, a configuration path; empty for the system's default.</summary>
    public string JournalPluginId { get; init; } = "";

    /// <summary>The snapshot store plugin of the peer, a configuration path; empty for the system's default.</summary>
    public string SnapshotPluginId { get; init; } = "";

    /// <summary>
    /// Looks into the store before each start of the peer, for what the plugins themselves do not notice. It must not
    /// block, and throws a <see cref="Storage.StoreException"/> when the peer must not use the store. <c>null</c> for no
    /// such check.
    /// </summary>
    public Func<Task>? StoreCheck { get; init; }

    /// <summary>
    /// Says whether waiting can mend an exception that the journal or the snapshot store failed with. It is asked of
    /// each exception in a chain, and returns <c>null</c> for one that it does not know. <c>null</c> for what the library
    /// knows by itself: SQLite's result codes, SQLSTATEs, and what Akka.Persistence reports.
    /// </summary>
    public Func<Exception, Storage.StoreException?>? ExplainStoreFailure { get; init; }

    /// <summary>
    /// The wall clock. Log time starts at it with each leadership, and goes on by <see cref="ElapsedTime"/>; a step of the
    /// wall clock within a leadership does nothing.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Time that only moves forward, for timeouts that are measured rather than scheduled. By default the scheduler's monotonic clock; a spec with a virtual clock takes that
    /// clock's time instead.
    /// </summary>
    public Func<IScheduler, TimeSpan> ElapsedTime { get; init; } = static scheduler => scheduler.HighResMonotonicClock;

    /// <summary>
    /// The seed of all randomness of the peer: timeouts, back-off, identities. <c>null</c> for one from the operating system, which is the only right choice outside a simulation.
    /// A simulation gives each start of a process a seed of its own: the store id is drawn from it.
    /// </summary>
    public int? RandomSeed { get; init; }

    /// <summary>How peers reach each other; <c>null</c> for the actor system's remoting.</summary>
    public IPeerResolver? Resolver { get; init; }

    /// <summary>Told of each peer that these settings start; <c>null</c> for nobody.</summary>
    internal IPeerObserver? Observer { get; init; }

    /// <summary>The persistence id of the peer's journal.</summary>
    public string PersistenceId => $"raft-{Group}-{MemberId}";

    /// <summary>The bounds of sessions that this peer opens as a leader.</summary>
    internal Sessions.SessionLimits SessionLimits => new((long)SessionTimeout.TotalMilliseconds, MaxSessions, MaxSessionResponses, MaxSessionResponseBytes);

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
