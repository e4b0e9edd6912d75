using RaftActors.Client;

namespace RaftActors.TestKit;

/// <summary>A command, or a change of sessions, that was proposed to a peer of a <see cref="RaftCluster"/>.</summary>
public sealed class PendingProposal
{
    internal PendingProposal(RaftPeer peer, object? command, ReplyWhen replyWhen)
    {
        Peer = peer;
        Command = command;
        ReplyWhen = replyWhen;
    }

    /// <summary>The peer that the command was proposed to.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The command; <c>null</c> if the proposal opens, keeps or closes a session.</summary>
    public object? Command { get; }

    /// <summary>When the peer answers.</summary>
    public ReplyWhen ReplyWhen { get; }

    /// <summary>The answer, if the proposal succeeded.</summary>
    public Proposed? Proposed { get; internal set; }

    /// <summary>The session, if the proposal opened one.</summary>
    public SessionOpened? Opened => Proposed?.Response as SessionOpened;

    /// <summary>The answer, if the proposal failed.</summary>
    public ProposalFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered. Then the outcome is unknown.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether the proposal was answered or lost.</summary>
    public bool IsDone => Proposed is not null || Failed is not null || IsLost;

    /// <inheritdoc/>
    public override string ToString() =>
        Proposed?.ToString() ?? Failed?.ToString() ?? (IsLost ? "lost with its peer" : "not answered");
}

/// <summary>A query to a peer of a <see cref="RaftCluster"/>.</summary>
public sealed class PendingQuery
{
    internal PendingQuery(RaftPeer peer) => Peer = peer;

    /// <summary>The peer that was asked.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The answer, if the query succeeded.</summary>
    public QueryResult? Result { get; internal set; }

    /// <summary>The answer, if the query failed.</summary>
    public QueryFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether the query was answered or lost.</summary>
    public bool IsDone => Result is not null || Failed is not null || IsLost;
}

/// <summary>A transfer of leadership that a peer of a <see cref="RaftCluster"/> was asked for.</summary>
public sealed class PendingTransfer
{
    internal PendingTransfer(RaftPeer peer) => Peer = peer;

    /// <summary>The peer that was asked.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The answer, if the transfer succeeded.</summary>
    public LeadershipTransferred? Transferred { get; internal set; }

    /// <summary>The answer, if the transfer failed.</summary>
    public TransferFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether the transfer was answered or lost.</summary>
    public bool IsDone => Transferred is not null || Failed is not null || IsLost;

    /// <inheritdoc/>
    public override string ToString() =>
        Transferred?.ToString() ?? Failed?.ToString() ?? (IsLost ? "lost with its peer" : "not answered");
}
