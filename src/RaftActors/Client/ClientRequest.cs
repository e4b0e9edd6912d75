using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>What a client wants of the group.</summary>
internal enum ClientRequestKind
{
    /// <summary>A command, in a session.</summary>
    Command,

    /// <summary>A query.</summary>
    Query,

    /// <summary>A new session.</summary>
    OpenSession,

    /// <summary>A sign of life.</summary>
    KeepAlive,

    /// <summary>The end of the session.</summary>
    CloseSession,
}

/// <summary>
/// Something that a client wants of the group, from when it is asked until it is answered: as many attempts as it
/// takes.
/// </summary>
/// <param name="id">Its number, unlike that of any other request of the client.</param>
/// <param name="kind">What is wanted.</param>
/// <param name="content">The command or request.</param>
/// <param name="deadline">When it is given up.</param>
internal sealed class ClientRequest(long id, ClientRequestKind kind, Payload content, TimeSpan deadline)
{
    public long Id { get; } = id;

    public ClientRequestKind Kind { get; } = kind;

    public Payload Content { get; } = content;

    public TimeSpan Deadline { get; } = deadline;

    /// <summary>How fresh the answer of a query must be, and what else it says.</summary>
    public Query? Query { get; init; }

    /// <summary>Who is answered, unless a task is.</summary>
    public IActorRef? Sender { get; init; }

    /// <summary>Returned to the sender.</summary>
    public long CorrelationId { get; init; }

    /// <summary>What is done with the answer, unless an actor is told.</summary>
    public Action<object>? Answer { get; init; }

    /// <summary>
    /// The session in which it has its number; <c>null</c> as long as it was in none, or in one that expired without
    /// having applied it.
    /// </summary>
    public SessionWindow? Session { get; set; }

    /// <summary>Its number in the session.</summary>
    public long Sequence { get; set; }

    /// <summary>Attempts of which nobody has said what became of them.</summary>
    public int Outstanding { get; set; }

    /// <summary>Whether an attempt was answered with an unknown outcome.</summary>
    public bool WasUnknown { get; set; }

    /// <summary>How many attempts failed or were not answered in time.</summary>
    public int Failures { get; set; }

    /// <summary>How often it was sent on to a leader since the last failure.</summary>
    public int Redirects { get; set; }

    /// <summary>The node that was told last; <c>null</c> for the local peer.</summary>
    public string? SentTo { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public FailureReason LastFailure { get; set; } = FailureReason.NoLeader;

    /// <summary>What was said of that; empty when nobody has answered.</summary>
    public string LastMessage { get; set; } = "";

    /// <summary>Its place among those that wait for their first attempt; <c>null</c> when it does not.</summary>
    public LinkedListNode<ClientRequest>? Waiting { get; set; }

    /// <summary>Whether it waits before its next attempt, rather than for an answer.</summary>
    public bool IsResting { get; set; }

    /// <summary>When it is looked at again.</summary>
    public TimeSpan WakeAt { get; set; }

    /// <summary>Whether it was answered or given up.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether the command may have been applied, or may yet be.</summary>
    public bool MayBeDone => Kind == ClientRequestKind.Command && (WasUnknown || Outstanding > 0);
}
