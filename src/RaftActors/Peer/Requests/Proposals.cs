using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Sessions;

namespace RaftActors.Requests;

/// <summary>
/// The proposals that a leader owes answers to: appended at once, answered when they are applied, each exactly once.
/// While the leader transfers its leadership, proposals wait here for whoever leads next.
/// </summary>
/// <param name="settings">The limits.</param>
/// <param name="log">The log.</param>
/// <param name="forwarding">The way to the next leader.</param>
/// <param name="peer">The peer.</param>
internal sealed class Proposals(RaftSettings settings, RaftLog log, Forwarding forwarding, IRequestsPeer peer)
{
    private readonly PendingProposals _appended = new();
    private readonly Queue<(ProposedEntry Entry, Proposer Proposer)> _held = new();
    private long _heldBytes;

    /// <summary>How many proposals were appended and not seen applied.</summary>
    public int Appended => _appended.Count;

    /// <summary>The proposals that wait for their answers, and their bytes.</summary>
    public (int Count, long Bytes) Pending => (_appended.Count + _held.Count, _appended.Bytes + _heldBytes);

    /// <summary>Appends a proposal on the leader, or says why not.</summary>
    public void Propose(ProposedEntry proposed, Proposer proposer)
    {
        var payload = proposed.Payload;
        if (payload.Size > settings.MaxEntryBytes)
        {
            proposer.Fail(peer, FailureReason.TooLarge, TooLarge(payload.Size, settings));
            return;
        }
        if (proposed.Kind == EntryKind.Configuration)
        {
            peer.ChangeMembers(payload, proposer);
            return;
        }
        var (count, bytes) = Load();
        if (count >= settings.MaxPendingProposals || bytes + payload.Size > settings.MaxPendingBytes)
        {
            string load = $"{count} proposals of {bytes} bytes are pending. Propose less at once.";
            proposer.Fail(peer, FailureReason.Overloaded, load);
            return;
        }
        if (peer.IsTransferring)
        {
            _held.Enqueue((proposed, proposer));
            _heldBytes += payload.Size;
            return;
        }

        // The limits of a session are those of the leader that opens it, whichever peer was asked.
        if (proposed is { Kind: EntryKind.Session, Session: null })
            payload = new SessionChange(settings.SessionLimits, false).ToPayload();
        var entry = peer.Append(proposed.Kind, payload, proposed.Session);
        peer.Traces.Appended(entry, proposer.Trace);
        _appended.Add(new PendingProposal(entry.Index, entry.Term, payload.Size, proposer, proposed.ReplyWhenAppended));
        if (proposed.ReplyWhenAppended)
            proposer.Answer(peer, entry.Index, entry.Term, null);
    }

    /// <summary>Why a command of some size cannot be an entry, in a sentence.</summary>
    public static string TooLarge(int size, RaftSettings settings) =>
        $"The command has {size} bytes; raft.max-entry-bytes allows {settings.MaxEntryBytes}.";

    /// <summary>Answers the proposals that the state machine has applied.</summary>
    /// <param name="lastIndex">The last entry that is applied.</param>
    /// <param name="responses">The responses to the last entries, one each.</param>
    public void AnswerApplied(long lastIndex, object?[] responses)
    {
        long first = lastIndex - responses.Length + 1;
        while (_appended.TryTake(lastIndex, out var proposal))
        {
            if (proposal.IsAnswered)
                continue;
            if (proposal.Index >= first)
                Answer(proposal, responses[proposal.Index - first]);
            else
                FailUnknown(proposal, "The command was applied, but its response is lost.");
        }
    }

    /// <summary>Answers that nobody will say what becomes of the proposals.</summary>
    /// <param name="why">Why nobody will, in a sentence.</param>
    /// <param name="upTo">The last entry of which that is so.</param>
    public void FailAppended(string why, long upTo = long.MaxValue)
    {
        while (_appended.TryTake(upTo, out var proposal))
        {
            if (!proposal.IsAnswered)
                FailUnknown(proposal, $"{why} The command may or may not be in the log.");
        }
    }

    /// <summary>
    /// The transfer of the leadership ended, or the leadership. What waited is appended here, or goes to whoever leads
    /// next. What other peers forwarded goes back to them.
    /// </summary>
    public void ReleaseHeld()
    {
        // Each once: what finds another transfer under way is held again.
        for (int left = _held.Count; left > 0 && TryTakeHeld(out var proposed, out var proposer); left--)
        {
            if (peer.Leading is not null)
                Propose(proposed, proposer);
            else if (proposer.Forwarded(proposed) is { } request)
                forwarding.Wait(request);
            else
                proposer.Fail(peer, FailureReason.NotLeader, peer.WhyNotLeader);
        }
    }

    /// <summary>Fails what waits for the end of a transfer.</summary>
    public void FailHeld(string why)
    {
        while (TryTakeHeld(out _, out var proposer))
            proposer.Fail(peer, FailureReason.NoLeader, why);
    }

    // What earlier leaders left uncommitted counts: while a quorum comes and goes, each of its leaders might otherwise
    // add as much again to the log.
    private (int Count, long Bytes) Load()
    {
        var leading = peer.Leading!;
        var (count, bytes) = log.CommitIndex < leading.FirstIndex ? leading.UncommittedAtElection : default;
        var pending = Pending;
        return (count + pending.Count, bytes + pending.Bytes);
    }

    private bool TryTakeHeld(out ProposedEntry proposed, out Proposer proposer)
    {
        bool isAny = _held.TryDequeue(out var held);
        (proposed, proposer) = held;
        _heldBytes -= isAny ? proposed.Payload.Size : 0;
        return isAny;
    }

    private void Answer(PendingProposal proposal, object? response)
    {
        switch (response)
        {
            case EntryOutcome.AppliedBefore before:
                proposal.Proposer.Answer(peer, before.Index, before.Term, before.Response);
                break;
            case EntryOutcome.Refused refused:
                proposal.Proposer.Fail(peer, refused.Reason, refused.Message);
                break;
            default:
                proposal.Proposer.Answer(peer, proposal.Index, proposal.Term, response);
                break;
        }
    }

    private void FailUnknown(PendingProposal proposal, string message) =>
        proposal.Proposer.Fail(peer, FailureReason.OutcomeUnknown, message);
}
