using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>
/// A leader's attempt to transfer its leadership (dissertation, section 3.10). The attempt ends when another peer
/// leads, or after a time limit.
/// </summary>
/// <param name="target">The member id of the next leader.</param>
/// <param name="started">When the transfer began.</param>
/// <param name="limit">How long the transfer may take.</param>
internal sealed class LeadershipTransfer(string target, TimeSpan started, TimeSpan limit)
{
    /// <summary>The member id of the next leader.</summary>
    public string Target { get; } = target;

    /// <summary>The requests that wait for the outcome.</summary>
    public List<TransferRequest> Requests { get; } = [];

    /// <summary>Whether the target was told to start an election.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>
    /// Whether the target may be told to start an election. Its log must be as long as the leader's, and the proposals
    /// in that log must be answered. Only the present leader can answer these proposals, because it cannot once it has
    /// lost its leadership. If the answers take long, the transfer does not wait for them.
    /// </summary>
    /// <param name="match">The last index that is durable on the target.</param>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    /// <param name="unanswered">The number of proposals that the leader has appended and not answered.</param>
    /// <param name="now">The time.</param>
    public bool IsReady(long match, long lastIndex, int unanswered, TimeSpan now) =>
        match == lastIndex && (unanswered == 0 || now - started >= limit / 2);
}
