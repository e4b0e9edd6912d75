using RaftActors.Log;

namespace RaftActors.Protocol;

/// <summary>
/// Checks which messages of peers are possible by themselves. A peer of this software sends no others. An impossible
/// message comes from a broken or a foreign process, and must not make the receiver fail.
/// </summary>
internal static class PossibleMessages
{
    /// <summary>Says what is wrong with a message.</summary>
    /// <returns>
    /// The reason under which to count the message, and a description of the message; <c>null</c> if nothing is wrong.
    /// </returns>
    public static (string Reason, string Problem)? Problem(PeerMessage message) => message switch
    {
        AppendEntries m when !IsPossible(m) =>
            ("impossible index", $"AppendEntries after {m.PrevLogIndex} in term {m.Term}"),
        AppendEntriesReply m when !IsPossible(m) =>
            ("impossible index", $"AppendEntriesReply up to {m.AcceptedIndex}"),
        InstallSnapshot m when !IsPossible(m) =>
            ("impossible index", $"InstallSnapshot up to {m.Snapshot.LastIncludedIndex}, chunk {m.Chunk}"),
        InstallSnapshotReply { LastIncludedIndex: <= 0 } or InstallSnapshotReply { NextChunk: <= 0 } =>
            ("impossible index", $"InstallSnapshotReply for chunk {((InstallSnapshotReply)message).NextChunk}"),
        RequestVote m when !IsPossible(m) =>
            ("impossible index", $"RequestVote with a log up to {m.LastLogIndex}, {m.LastLogTerm}"),
        ForwardProposal m when !IsPossible(m) => ("malformed", $"it forwards a proposal of kind {m.Kind}"),
        _ => null,
    };

    private static bool IsPossible(AppendEntries m)
    {
        bool possible = m.Term > 0 && m.PrevLogIndex >= 0 && m.PrevLogTerm >= 0 && m.PrevLogTerm <= m.Term
            && m.LeaderCommit >= 0 && m.ReadContext >= 0
            && (m.PrevLogIndex == 0) == (m.PrevLogTerm == 0)
            && m.PrevLogIndex <= long.MaxValue - m.Entries.Count;
        long index = m.PrevLogIndex, term = m.PrevLogTerm;
        foreach (var entry in m.Entries.Entries)
        {
            possible &= entry.Index == ++index && entry.Term >= term && entry.Term > 0 && entry.Term <= m.Term
                && (entry.Kind != EntryKind.Configuration || entry.Payload.TryReadConfiguration() is not null);
            term = entry.Term;
        }
        return possible;
    }

    private static bool IsPossible(AppendEntriesReply m) =>
        m.MatchIndex >= 0 && m.AcceptedIndex >= m.MatchIndex && m.RejectedIndex >= 0 && m.ReadContext >= 0
        && m.Conflict is { Term: >= 0, Index: >= 0 };

    private static bool IsPossible(InstallSnapshot m) =>
        m.Snapshot is { LastIncludedIndex: > 0, LastIncludedTerm: > 0, Content.Chunks: > 0 } snapshot
        && snapshot.LastIncludedTerm <= m.Term
        && snapshot.ConfigurationIndex > 0 && snapshot.ConfigurationIndex <= snapshot.LastIncludedIndex
        && m.Chunk > 0 && m.Chunk <= snapshot.Content.Chunks;

    private static bool IsPossible(ForwardProposal m) => m.Session is null or { SessionId: > 0 } && m.Kind switch
    {
        EntryKind.Command or EntryKind.Configuration => true,
        EntryKind.Session => m.Command.TryReadSessionChange() is not null,
        _ => false,
    };

    private static bool IsPossible(RequestVote m) =>
        m.LastLogIndex >= 0 && m.LastLogTerm >= 0 && m.LastLogTerm <= m.Term && m.Term < long.MaxValue
        && (m.LastLogIndex == 0) == (m.LastLogTerm == 0);
}
