using System.Diagnostics;
using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>The kinds of requests of a client to its group.</summary>
internal enum ClientRequestKind
{
    /// <summary>A command in a session.</summary>
    Command,

    /// <summary>A query.</summary>
    Query,

    /// <summary>Opens a session.</summary>
    OpenSession,

    /// <summary>Keeps a session alive.</summary>
    KeepAlive,

    /// <summary>Closes a session.</summary>
    CloseSession,
}

/// <summary>
/// A request of a client to its group, from the call until the answer. A request takes one or more attempts.
/// </summary>
/// <param name="id">The number of the request. No other request of the client has it.</param>
/// <param name="kind">The kind of the request.</param>
/// <param name="content">The command or query.</param>
/// <param name="deadline">When the request fails if it has no answer.</param>
internal sealed class ClientRequest(long id, ClientRequestKind kind, Payload content, TimeSpan deadline)
{
    // The low bits of an attempt's number count the attempts of its request. They last for days of the shortest waits.
    private const int AttemptBits = 24;

    private bool _isLatestOutstanding;

    // The attempts before the latest one that have no answer.
    private HashSet<long>? _outstanding;

    public long Id { get; } = id;

    public ClientRequestKind Kind { get; } = kind;

    public Payload Content { get; } = content;

    public TimeSpan Deadline { get; } = deadline;

    /// <summary>The query's consistency and other properties.</summary>
    public Query? Query { get; init; }

    /// <summary>The actor that gets the answer; <c>null</c> if <see cref="Answer"/> gets it.</summary>
    public IActorRef? Sender { get; init; }

    /// <summary>Returned to the sender in the answer.</summary>
    public long CorrelationId { get; init; }

    /// <summary>Gets the answer, if no actor does.</summary>
    public Action<object>? Answer { get; init; }

    /// <summary>The span of the request; <c>null</c> if none is recorded.</summary>
    public Activity? Span { get; init; }

    /// <summary>How many attempts may be made after the first one; -1 for any number.</summary>
    public int MaxRetries { get; init; } = -1;

    /// <summary>How many attempts were made.</summary>
    public int Attempts { get; private set; }

    /// <summary>
    /// How many attempts have failed, or were not answered in time: its own, and those to open the session for which it
    /// waits.
    /// </summary>
    public int FailedAttempts { get; set; }

    /// <summary>Whether no further attempt may be made.</summary>
    public bool IsExhausted => MaxRetries >= 0 && FailedAttempts > MaxRetries;

    /// <summary>
    /// The session in which the command has its number. <c>null</c> before the command has a number, and after its
    /// session has expired without applying the command.
    /// </summary>
    public SessionWindow? Session { get; set; }

    /// <summary>When the first attempt was made, by the monotonic clock of the actor system's scheduler.</summary>
    public TimeSpan BegunAt { get; set; }

    /// <summary>The command's number in the session.</summary>
    public long Sequence { get; set; }

    /// <summary>Whether there is an attempt without an answer.</summary>
    public bool IsOutstanding => _isLatestOutstanding || _outstanding?.Count > 0;

    /// <summary>Whether an attempt was answered with an unknown outcome.</summary>
    public bool WasUnknown { get; set; }

    /// <summary>
    /// How many attempts failed or were not answered in time. Attempts that were not answered, after which another node
    /// was asked, count once a round of all nodes. The waits double with this number.
    /// </summary>
    public int Failures { get; set; }

    /// <summary>How often another node was asked because one did not answer.</summary>
    public int Moves { get; set; }

    /// <summary>How often a peer has named another leader since the last failure.</summary>
    public int Redirects { get; set; }

    /// <summary>The node of the latest attempt; <c>null</c> for the local peer.</summary>
    public string? SentTo { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public FailureReason LastFailure { get; set; } = FailureReason.NoLeader;

    /// <summary>The message of the last failure; empty if no peer has answered.</summary>
    public string LastMessage { get; set; } = "";

    /// <summary>
    /// The position in the queue of requests that wait for their first attempt; <c>null</c> if the request is not in
    /// it.
    /// </summary>
    public LinkedListNode<ClientRequest>? Waiting { get; set; }

    /// <summary>Whether the request waits for its next attempt, and not for an answer.</summary>
    public bool IsResting { get; set; }

    /// <summary>When the client next looks at the request.</summary>
    public TimeSpan WakeAt { get; set; }

    /// <summary>Whether the request was answered or has failed.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether the command may have been applied, or may yet be.</summary>
    public bool MayBeDone => Kind == ClientRequestKind.Command && (WasUnknown || IsOutstanding);

    private long LatestAttempt => (Id << AttemptBits) | (uint)(Attempts & ((1 << AttemptBits) - 1));

    /// <summary>The <see cref="Id"/> of the request of which an attempt was made.</summary>
    /// <param name="attempt">The number of the attempt, which is its correlation id.</param>
    public static long OfAttempt(long attempt) => attempt >> AttemptBits;

    /// <summary>Begins an attempt.</summary>
    /// <returns>The number of the attempt. No other attempt of the client has it.</returns>
    public long BeginAttempt()
    {
        if (_isLatestOutstanding)
            (_outstanding ??= []).Add(LatestAttempt);
        Attempts++;
        _isLatestOutstanding = true;
        return LatestAttempt;
    }

    /// <summary>
    /// Ends an attempt because a peer has answered it with a failure. If the same answer comes again, it does not
    /// count.
    /// </summary>
    /// <param name="attempt">The number of the attempt.</param>
    /// <returns>Whether the attempt was without an answer.</returns>
    public bool EndAttempt(long attempt)
    {
        if (attempt != LatestAttempt)
            return _outstanding?.Remove(attempt) ?? false;
        bool wasOutstanding = _isLatestOutstanding;
        _isLatestOutstanding = false;
        return wasOutstanding;
    }
}
