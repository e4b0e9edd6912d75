using System.Text;
using RaftActors.Client;
using RaftActors.Log;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(10);

    /// <summary>Proposes a command to a peer, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="command">The command; a string stands for its UTF-8 bytes.</param>
    /// <param name="replyWhen">When the peer answers.</param>
    /// <param name="forward">Whether a peer that does not lead forwards the command.</param>
    /// <param name="session">The session and number of an exactly-once command.</param>
    public PendingProposal Propose(RaftPeer peer, object command, ReplyWhen replyWhen = ReplyWhen.Applied,
        bool forward = true, SessionStamp? session = null) =>
        peer.Running.Propose(Encode(command), replyWhen, forward, session);

    /// <summary>Asks a peer to open a session, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    public PendingProposal OpenSession(RaftPeer peer) =>
        peer.Running.Request(static id => new OpenSession(CorrelationId: id));

    /// <summary>Keeps a session alive, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="lowestPending">The lowest sequence number whose response the client still awaits.</param>
    public PendingProposal KeepSessionAlive(RaftPeer peer, long sessionId, long lowestPending = 1) =>
        peer.Running.Request(id => new KeepSessionAlive(sessionId, lowestPending, CorrelationId: id));

    /// <summary>Asks a peer to close a session, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="sessionId">The session.</param>
    public PendingProposal CloseSession(RaftPeer peer, long sessionId) =>
        peer.Running.Request(id => new CloseSession(sessionId, CorrelationId: id));

    /// <summary>Sends a query to a peer, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="request">The query; a string stands for its UTF-8 bytes.</param>
    /// <param name="consistency">How up to date the answer must be.</param>
    /// <param name="forward">Whether a peer that does not lead asks the leader.</param>
    /// <param name="maxStaleness">How old the state of a stale read may be.</param>
    public PendingQuery Query(
        RaftPeer peer, object request, ReadConsistency consistency = ReadConsistency.Linearizable, bool forward = true,
            TimeSpan? maxStaleness = null) =>
        peer.Running.Query(Encode(request), consistency, forward, maxStaleness);

    /// <summary>Lets time pass until a proposal is answered or lost.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">The proposal was not answered in time.</exception>
    public PendingProposal Await(PendingProposal proposal, TimeSpan? limit = null) =>
        AwaitAnswer(proposal, "proposal", limit);

    /// <summary>Lets time pass until a query is answered or lost.</summary>
    /// <param name="query">The query.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">The query was not answered in time.</exception>
    public PendingQuery Await(PendingQuery query, TimeSpan? limit = null) => AwaitAnswer(query, "query", limit);

    /// <summary>Lets time pass until a transfer of the leadership is answered or lost.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">The transfer was not answered in time.</exception>
    public PendingTransfer Await(PendingTransfer transfer, TimeSpan? limit = null) =>
        AwaitAnswer(transfer, "request to transfer the leadership", limit);

    private T AwaitAnswer<T>(T request, string what, TimeSpan? limit)
        where T : PendingRequest
    {
        if (!RunUntil(() => request.IsDone, limit ?? DefaultLimit))
            throw Failure($"{request.Peer.Id} did not answer a {what}.");
        return request;
    }

    /// <summary>
    /// Makes the cluster agree on a command: finds the leader among the connected peers, proposes the command, and
    /// waits until enough peers have applied it.
    /// </summary>
    /// <param name="command">
    /// The command; a string stands for its UTF-8 bytes. It must differ from all other commands.
    /// </param>
    /// <param name="expectedPeers">How many peers must have applied the command, at least.</param>
    /// <param name="retry">
    /// Whether to propose the same command again if a leader lost it. The command may then be in the log twice.
    /// </param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <returns>The index of the command.</returns>
    /// <exception cref="RaftClusterException">The peers did not agree in time.</exception>
    public long One(object command, int expectedPeers, bool retry = true, TimeSpan? limit = null)
    {
        var end = Now + (limit ?? DefaultLimit);
        object encoded = Encode(command);
        while (Now < end)
        {
            if (TryAppend(encoded, end) is not { } appended)
            {
                Run(TimeSpan.FromMilliseconds(20));
                continue;
            }
            var patience = CommitPatience < end - Now ? CommitPatience : end - Now;
            RunUntil(() => IsLostOrAgreed(appended, expectedPeers), patience);
            if (CountCommitted(appended.Index, appended.Term) >= expectedPeers)
                return appended.Index;
            if (!retry)
                throw Failure($"No agreement of {expectedPeers} peers on {Show(encoded)} at index {appended.Index}.");
        }
        throw Failure($"No agreement of {expectedPeers} peers on {Show(encoded)}.");
    }

    private Proposed? TryAppend(object command, TimeSpan end)
    {
        foreach (var peer in Connected)
        {
            var proposal = peer.Running.Propose(command, ReplyWhen.Appended, forward: false, session: null);
            RunUntil(() => proposal.IsDone,
                TimeSpan.FromMilliseconds(Math.Max(0, Math.Min(100, (end - Now).TotalMilliseconds))));
            if (proposal.Proposed is { } appended)
                return appended;
        }
        return null;
    }

    private bool IsLostOrAgreed(Proposed appended, int expectedPeers)
    {
        if (_invariants.Committed.TryGetValue(appended.Index, out var committed) && committed.Term != appended.Term)
            return true;
        return CountCommitted(appended.Index, appended.Term) >= expectedPeers;
    }

    private int CountCommitted(long index, long term) =>
        Peers.Count(peer => peer.At(index) is { } applied && applied.Term == term);

    private static object Encode(object command) => command is string text ? Encoding.UTF8.GetBytes(text) : command;

    private static string Show(object command) =>
        command is byte[] { Length: < 100 } bytes ? $"'{Encoding.UTF8.GetString(bytes)}'" : command.ToString() ?? "";
}
