using RaftActors.Client;

namespace RaftActors.TestKit;

/// <summary>A request to a peer of a <see cref="RaftCluster"/>, and its answer once there is one.</summary>
public abstract class PendingRequest
{
    private protected PendingRequest(RaftPeer peer) => Peer = peer;

    /// <summary>The peer that was asked.</summary>
    public RaftPeer Peer { get; }

    /// <summary>Whether the peer crashed before it answered. Then the outcome is unknown.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether the request was answered or lost.</summary>
    public bool IsDone => Answer is not null || IsLost;

    private protected object? Answer { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => Answer?.ToString() ?? (IsLost ? "lost with its peer" : "not answered");

    /// <summary>Takes the answer, if the message can be one to such a request.</summary>
    internal bool TryAnswer(object message)
    {
        if (!IsAnswer(message))
            return false;
        Answer = message;
        return true;
    }

    private protected abstract bool IsAnswer(object message);
}

/// <summary>A command, or a change of sessions, that was proposed to a peer of a <see cref="RaftCluster"/>.</summary>
public sealed class PendingProposal : PendingRequest
{
    internal PendingProposal(RaftPeer peer, object? command, ReplyWhen replyWhen)
        : base(peer) => (Command, ReplyWhen) = (command, replyWhen);

    /// <summary>The command; <c>null</c> if the proposal opens, keeps or closes a session.</summary>
    public object? Command { get; }

    /// <summary>When the peer answers.</summary>
    public ReplyWhen ReplyWhen { get; }

    /// <summary>The answer, if the proposal succeeded.</summary>
    public Proposed? Proposed => Answer as Proposed;

    /// <summary>The session, if the proposal opened one.</summary>
    public SessionOpened? Opened => Proposed?.Response as SessionOpened;

    /// <summary>The answer, if the proposal failed.</summary>
    public ProposalFailed? Failed => Answer as ProposalFailed;

    private protected override bool IsAnswer(object message) => message is Client.Proposed or ProposalFailed;
}

/// <summary>A query to a peer of a <see cref="RaftCluster"/>.</summary>
public sealed class PendingQuery : PendingRequest
{
    internal PendingQuery(RaftPeer peer)
        : base(peer)
    {
    }

    /// <summary>The answer, if the query succeeded.</summary>
    public QueryResult? Result => Answer as QueryResult;

    /// <summary>The answer, if the query failed.</summary>
    public QueryFailed? Failed => Answer as QueryFailed;

    private protected override bool IsAnswer(object message) => message is QueryResult or QueryFailed;
}

/// <summary>A transfer of leadership that a peer of a <see cref="RaftCluster"/> was asked for.</summary>
public sealed class PendingTransfer : PendingRequest
{
    internal PendingTransfer(RaftPeer peer)
        : base(peer)
    {
    }

    /// <summary>The answer, if the transfer succeeded.</summary>
    public LeadershipTransferred? Transferred => Answer as LeadershipTransferred;

    /// <summary>The answer, if the transfer failed.</summary>
    public TransferFailed? Failed => Answer as TransferFailed;

    private protected override bool IsAnswer(object message) => message is LeadershipTransferred or TransferFailed;
}
