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

    /// <summary>The peer that was told.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The command; <c>null</c> when a session was to be opened, kept or closed.</summary>
    public object? Command { get; }

    /// <summary>When the peer is to answer.</summary>
    public ReplyWhen ReplyWhen { get; }

    /// <summary>The answer of a proposal that succeeded.</summary>
    public Proposed? Proposed { get; internal set; }

    /// <summary>The session, once one was opened.</summary>
    public SessionOpened? Opened => Proposed?.Response as SessionOpened;

    /// <summary>The answer of a proposal that failed.</summary>
    public ProposalFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered: nobody knows what became of the command.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether there is nothing more to wait for.</summary>
    public bool IsDone => Proposed is not null || Failed is not null || IsLost;

    /// <inheritdoc/>
    public override string ToString() =>
        Proposed?.ToString() ?? Failed?.ToString() ?? (IsLost ? "lost with its peer" : "not answered");
}

/// <summary>A question that was put to a peer of a <see cref="RaftCluster"/>.</summary>
public sealed class PendingQuery
{
    internal PendingQuery(RaftPeer peer) => Peer = peer;

    /// <summary>The peer that was told.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The answer.</summary>
    public QueryResult? Result { get; internal set; }

    /// <summary>The answer of a query that failed.</summary>
    public QueryFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether there is nothing more to wait for.</summary>
    public bool IsDone => Result is not null || Failed is not null || IsLost;
}

/// <summary>A transfer of leadership that a peer of a <see cref="RaftCluster"/> was asked for.</summary>
public sealed class PendingTransfer
{
    internal PendingTransfer(RaftPeer peer) => Peer = peer;

    /// <summary>The peer that was told.</summary>
    public RaftPeer Peer { get; }

    /// <summary>The answer.</summary>
    public LeadershipTransferred? Transferred { get; internal set; }

    /// <summary>The answer of a transfer that failed.</summary>
    public TransferFailed? Failed { get; internal set; }

    /// <summary>Whether the peer crashed before it answered.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Whether there is nothing more to wait for.</summary>
    public bool IsDone => Transferred is not null || Failed is not null || IsLost;

    /// <inheritdoc/>
    public override string ToString() =>
        Transferred?.ToString() ?? Failed?.ToString() ?? (IsLost ? "lost with its peer" : "not answered");
}
