using RaftActors.Client;

namespace RaftActors.Elections;

/// <summary>A leader's attempt to hand its leadership over (dissertation, section 3.10), until another leads or it is given up.</summary>
/// <param name="target">The member id of the next leader.</param>
/// <param name="started">When it began.</param>
/// <param name="limit">How long it may take.</param>
internal sealed class LeadershipTransfer(string target, TimeSpan started, TimeSpan limit)
{
    private readonly Queue<(Proposal Proposal, ReplyTo ReplyTo)> _held = new();

    /// <summary>The member id of the next leader.</summary>
    public string Target { get; } = target;

    /// <summary>Who is due an answer.</summary>
    public List<ReplyTo> Requesters { get; } = [];

    /// <summary>Whether the target was told to take over.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>How many proposals wait for the end.</summary>
    public int Held => _held.Count;

    /// <summary>The bytes of their commands.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>
    /// Whether the target may be told to take over: its log is the leader's, and those who proposed what is in it have their answers. If these take long they are not waited for; only the leader
    /// that lost its leadership cannot give them any more.
    /// </summary>
    /// <param name="match">What is durable on the target.</param>
    /// <param name="lastIndex">The end of the leader's log.</param>
    /// <param name="unanswered">How many proposals the leader has appended and not answered.</param>
    /// <param name="now">The time.</param>
    public bool IsReady(long match, long lastIndex, int unanswered, TimeSpan now) => match == lastIndex && (unanswered == 0 || now - started >= limit / 2);

    /// <summary>Keeps a proposal until it is known who leads.</summary>
    public void Hold(Proposal proposal, ReplyTo replyTo)
    {
        _held.Enqueue((proposal, replyTo));
        HeldBytes += proposal.Payload.Size;
    }

    /// <summary>Takes the next proposal that waits.</summary>
    public bool TryTakeHeld(out Proposal proposal, out ReplyTo replyTo)
    {
        bool any = _held.TryDequeue(out var held);
        (proposal, replyTo) = held;
        HeldBytes -= any ? proposal.Payload.Size : 0;
        return any;
    }
}
