using Akka.Event;
using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit.Network;

namespace RaftActors.TestKit;

/// <summary>
/// The properties that must always hold, whatever fails (paper, Figure 3), as far as they can be seen from outside the
/// peers. A violation ends the run.
/// </summary>
internal sealed class ClusterInvariants(ClusterTrace trace)
{
    private readonly Dictionary<long, RaftPeer> _leaders = [];
    private readonly SortedDictionary<long, AppliedCommand> _committed = [];
    private readonly Dictionary<(string StoreId, long Term), RaftPeer> _votes = [];

    /// <summary>The first violation.</summary>
    public string? Violation { get; private set; }

    /// <summary>The command that the first peer to apply each index applied there.</summary>
    public IReadOnlyDictionary<long, AppliedCommand> Committed => _committed;

    /// <summary>The acknowledged commands, with the indexes that the clients were told.</summary>
    public List<(PendingProposal Proposal, long Index)> Acknowledgements { get; } = [];

    public int Warnings { get; private set; }

    public int Errors { get; private set; }

    /// <summary>Checks Election Safety: at most one leader in a term.</summary>
    public void Changed(RaftPeer peer, RoleChanged changed)
    {
        trace.Add($"{peer.Id} is {changed.Role} in term {changed.Term}");
        if (changed.Role != RaftRole.Leader)
            return;
        if (!_leaders.TryAdd(changed.Term, peer) && _leaders[changed.Term] != peer)
            Violate($"Two leaders in term {changed.Term}: {_leaders[changed.Term].Id} and {peer.Id}.");
    }

    /// <summary>
    /// Checks that a store votes for at most one candidate in a term, also across crashes of its peer. A candidate
    /// votes for itself.
    /// </summary>
    public void Sent(Message<RaftPeer> message)
    {
        if (message.Original is RequestVote { PreVote: false } request)
            Votes(message.From, request.Header.StoreId, message.From, request.ElectionTerm);
        else if (message.Original is RequestVoteReply { Granted: true, PreVote: false } reply)
            Votes(message.From, reply.Header.StoreId, message.To, reply.ElectionTerm);
    }

    private void Votes(RaftPeer voter, string storeId, RaftPeer candidate, long term)
    {
        if (!_votes.TryAdd((storeId, term), candidate) && _votes[(storeId, term)] != candidate)
            Violate($"{voter.Id} voted in term {term} for {_votes[(storeId, term)].Id} and for {candidate.Id}.");
    }

    /// <summary>
    /// Checks State Machine Safety: every peer applies the same command at the same index, in order, and none twice.
    /// </summary>
    public void Applies(RaftPeer peer, List<AppliedCommand> log, AppliedCommand command)
    {
        if (log.Count > 0 && log[^1].Index >= command.Index)
            Violate($"{peer.Id} applies index {command.Index} after index {log[^1].Index}.");
        if (log.Count > 0 && (log[^1].Term > command.Term || log[^1].Time > command.Time))
            Violate($"{peer.Id} applies {command}, whose term or time is before that of {log[^1]}.");
        if (_committed.TryAdd(command.Index, command))
            return;
        if (!_committed[command.Index].IsSame(command))
            Violate($"{peer.Id} applies {command} ({command.Text}) where another peer applied "
                + $"{_committed[command.Index]} ({_committed[command.Index].Text}).");
    }

    /// <summary>
    /// Checks State Machine Safety: the state of a snapshot holds the same commands as the other peers applied, all of
    /// them and no others.
    /// </summary>
    public void Restored(RaftPeer peer, List<AppliedCommand> log)
    {
        trace.Add($"{peer.Id} starts from a snapshot with {log.Count} commands");
        foreach (var command in log)
            if (!_committed.TryGetValue(command.Index, out var committed) || !committed.IsSame(command))
                Violate($"{peer.Id} has {command} ({command.Text}) in a snapshot, which no peer applied.");
        int expected = log.Count == 0 ? 0 : _committed.Keys.TakeWhile(index => index <= log[^1].Index).Count();
        if (log.Count != expected)
            Violate($"{peer.Id} starts from a snapshot with {log.Count} commands; the peers had applied {expected} up "
                + "to there.");
    }

    /// <summary>Checks that an acknowledged command is the command that was applied.</summary>
    public void Acknowledged(PendingProposal proposal, Proposed proposed)
    {
        trace.Add($"{proposal.Peer.Id} answers its client {proposed}");
        if (proposal.ReplyWhen == ReplyWhen.Appended || proposal.Command is null)
            return;
        if (!_committed.TryGetValue(proposed.Index, out var applied))
            Violate($"{proposal.Peer.Id} acknowledged index {proposed.Index}, which no peer has applied.");
        else if (applied.Term != proposed.Term
            || (proposal.Command is byte[] bytes && !applied.Payload.Bytes.Span.SequenceEqual(bytes)))
            Violate($"{proposal.Peer.Id} acknowledged a command at index {proposed.Index} of term {proposed.Term}, "
                + $"where {applied.Text} was applied.");
        else
            Acknowledgements.Add((proposal, proposed.Index));
    }

    /// <summary>
    /// Checks that a term never goes back, also not across restarts, and that a peer applies committed entries only.
    /// </summary>
    public void Reported(RaftPeer peer, RaftStatus status)
    {
        if (status.Term < peer.HighestTerm)
            Violate($"{peer.Id} went back from term {peer.HighestTerm} to {status.Term}.");
        peer.HighestTerm = Math.Max(peer.HighestTerm, status.Term);
        if (status.AppliedIndex > status.CommitIndex || status.CommitIndex > status.LastIndex
            || status.PersistedIndex > status.LastIndex)
            Violate($"{peer.Id} reports indexes that cannot be: {status}");
    }

    /// <summary>
    /// Records a failure. A failure is no violation by itself: for example, a peer that was given another peer's
    /// journal must stop.
    /// </summary>
    public void Failed(RaftPeer peer, PeerFailed failed) => trace.Add($"{peer.Id} failed: {failed.Reason}");

    public void Removed(RaftPeer peer) => trace.Add($"{peer.Id} stops, as it was removed");

    public void Logged(RaftPeer peer, LogEvent logged)
    {
        if (logged.LogLevel() == LogLevel.ErrorLevel)
            Errors++;
        else
            Warnings++;
        trace.Add($"{peer.Id} logs {logged.LogLevel()}: {logged.Message}");
    }

    public void Unexpected(RaftPeer peer, object message) =>
        Violate($"{peer.Id} told its client {message}, which it did not wait for.");

    private void Violate(string violation)
    {
        trace.Add($"VIOLATION {violation}");
        Violation ??= violation;
    }
}
