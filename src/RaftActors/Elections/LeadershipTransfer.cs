using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>
/// A leader's attempt to hand its leadership over (dissertation, section 3.10), until another leads or it is given up.
/// </summary>
/// <param name="target">The member id of the next leader.</param>
/// <param name="started">When it began.</param>
/// <param name="limit">How long it may take.</param>
internal sealed class LeadershipTransfer(string target, TimeSpan started, TimeSpan limit)
{
    /// <summary>The member id of the next leader.</summary>
    public string Target { get; } = target;

    /// <summary>Who is due an answer.</summary>
    public List<TransferRequest> Requests { get; } = [];

    /// <summary>Whether the target was told to take over.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>
    /// Whether the target may be told to take over: its log is the leader's, and those who proposed what is in it have
    /// their answers. If these take long they are not waited for; only the leader that lost its leadership cannot give
    /// them any more.
    /// </summary>
    /// <param name="match">What is durable on the target.</param>
    /// <param name="lastIndex">The end of the leader's log.</param>
    /// <param name="unanswered">How many proposals the leader has appended and not answered.</param>
    /// <param name="now">The time.</param>
    public bool IsReady(long match, long lastIndex, int unanswered, TimeSpan now) =>
        match == lastIndex && (unanswered == 0 || now - started >= limit / 2);
}
