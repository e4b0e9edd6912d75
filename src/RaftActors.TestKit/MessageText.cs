using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.TestKit;

/// <summary>Describes the peers' messages in a few words, for a trace.</summary>
internal static class MessageText
{
    public static string Of(object message) => message switch
    {
        RequestVote vote =>
            $"{(vote.PreVote ? "pre-vote" : "vote")}? in term {vote.ElectionTerm}, log ends "
                + $"{vote.LastLogIndex}/{vote.LastLogTerm}{(vote.Transfer ? ", transfer" : "")}",
        RequestVoteReply reply =>
            $"{(reply.PreVote ? "pre-vote" : "vote")} {(reply.Granted ? "granted" : "refused")} in term "
                + $"{reply.ElectionTerm}, own term {reply.Term}",
        AppendEntries append =>
            $"append in term {append.Term} after {append.PrevLogIndex}/{append.PrevLogTerm} "
                + $"{Entries(append.Entries)}commit {append.LeaderCommit} context {append.ReadContext}",
        AppendEntriesReply { Success: true } reply =>
            $"appended in term {reply.Term}: match {reply.MatchIndex} accepted {reply.AcceptedIndex} context "
                + $"{reply.ReadContext}",
        AppendEntriesReply reply => $"not appended in term {reply.Term} after {reply.RejectedIndex}: {reply.Conflict}",
        PeerMessage peer => $"{peer.GetType().Name} in term {peer.Term}",
        _ => message.ToString() ?? "",
    };

    private static string Entries(EntryBatch entries)
    {
        if (entries.Count == 0)
            return "nothing, ";
        LogEntry first = entries.Entries[0], last = entries.Entries[^1];
        return $"{first.Index}/{first.Term}..{last.Index}/{last.Term}, ";
    }
}
