using Akka.Serialization;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;

namespace RaftActors.Requests;

/// <summary>What is to become an entry.</summary>
/// <param name="Kind">A command, a session entry, or a change of the members.</param>
/// <param name="Payload">The command or the change, encoded.</param>
/// <param name="Session">
/// The session and number of an exactly-once command, or the session that a session entry is about.
/// </param>
/// <param name="ReplyWhenAppended">
/// Whether the proposer is answered when the entry is appended, and not again when the entry is applied.
/// </param>
internal readonly record struct ProposedEntry(
    EntryKind Kind, Payload Payload, SessionStamp? Session, bool ReplyWhenAppended)
{
    /// <summary>What a client asks for, as the entry that it is to become.</summary>
    /// <param name="request">What the client told the peer.</param>
    /// <param name="settings">The settings of the peer, with the limits of a session that is opened here.</param>
    /// <param name="serialization">The serializers of the actor system.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryRead(
        IProposal request,
        RaftSettings settings,
        Serialization serialization,
        out ProposedEntry entry,
        out (FailureReason Reason, string Message) refusal)
    {
        (entry, refusal) = (default, default);
        switch (request)
        {
            case Propose propose:
                if (!Payloads.TryEncode(serialization, propose.Command, out var command, out string problem))
                {
                    refusal = (FailureReason.NotSerializable, problem);
                    return false;
                }
                entry = new(EntryKind.Command, command, propose.Session, propose.ReplyWhen == ReplyWhen.Appended);
                break;
            case ChangeMembers change:
                var members = new MemberChange(change.Voters, change.Learners, change.ExpectedIndex);
                entry = new(EntryKind.Configuration, members.ToPayload(), null, false);
                break;
            case OpenSession:
                var opening = new SessionChange(settings.SessionLimits, false);
                entry = new(EntryKind.Session, opening.ToPayload(), null, false);
                break;
            case KeepSessionAlive alive:
                var stamp = new SessionStamp(alive.SessionId, 0, alive.LowestPending);
                entry = new(EntryKind.Session, SessionChange.KeepAlive.ToPayload(), stamp, false);
                break;
            case CloseSession close:
                entry = new(EntryKind.Session, SessionChange.Closing.ToPayload(), new(close.SessionId, 0, 0), false);
                break;
        }
        // On the wire such a stamp would be no stamp, and the command would be applied every time.
        if (entry.Session is not { SessionId: < 1 } impossible)
            return true;
        refusal = (
            FailureReason.SessionExpired,
            $"There is no session {impossible.SessionId}: a session's id is what OpenSession was answered with.");
        return false;
    }
}
