using Akka.Actor;
using Akka.Event;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors;

// Messages that make no sense, or are meant for somebody else, are dropped with a warning and counted; none takes the peer down.
internal sealed partial class RaftActor
{
    private readonly FrameSizes _frameSizes = new(RaftSettings.LargestFrame((ExtendedActorSystem)Context.System) ?? 0);
    private long _dropped;

    private bool Accept(PeerMessage message)
    {
        var header = message.Header;
        if (header.Group != _settings.Group)
            return Drop("foreign group", header.MemberId, $"it is for group '{header.Group}'");
        if (header.MemberId.Length == 0 || header.StoreId.Length == 0 || header.Address.Length == 0 || header.Term < 0)
            return Drop("malformed", header.MemberId, "its header is incomplete");
        if (message is ContactRefused refused)
        {
            OnContactRefused(refused);
            return false;
        }
        if (!IsOfThisGroup(message))
            return DropForeign(header);
        if (header.MemberId == _self.Id)
            return Drop("own name", header.MemberId, $"it comes from {header.Address}: two nodes run under one member id");
        if (!NoteAddress(header))
            return false;
        NoteHeard(header.MemberId);
        if (_frameSizes.Learn(header.MemberId, header.MaximumFrameSize) is { } difference)
            Log.Warning("{0}: {1} at {2} {3}", PersistenceId, header.MemberId, header.Address, difference);
        if (!IsOfLatestIncarnation(message))
            return false;
        return message switch
        {
            AppendEntries m => IsPossible(m) ? !IsMixedUp(m) || DropForeign(header) : Drop("impossible index", header.MemberId, $"AppendEntries after {m.PrevLogIndex} in term {m.Term}"),
            AppendEntriesReply m => IsForThisStore(header) && (IsPossible(m) || Drop("impossible index", header.MemberId, $"AppendEntriesReply up to {m.AcceptedIndex}")),
            InstallSnapshot m => IsPossible(m) || Drop("impossible index", header.MemberId, $"InstallSnapshot up to {m.Snapshot.LastIncludedIndex}, chunk {m.Chunk}"),
            InstallSnapshotReply m => IsForThisStore(header) && (m is { LastIncludedIndex: > 0, NextChunk: > 0 } || Drop("impossible index", header.MemberId, $"InstallSnapshotReply for chunk {m.NextChunk}")),
            RequestVote m => IsPossible(m) || Drop("impossible index", header.MemberId, $"RequestVote with a log up to {m.LastLogIndex}, {m.LastLogTerm}"),
            ForwardProposal m => IsPossible(m) || Drop("malformed", header.MemberId, $"it forwards a proposal of kind {m.Kind}"),
            RequestVoteReply or IdentityReply or ForwardReply or MemberRemoved or StoreReplaced or TimeoutNow or ReadIndexReply => IsForThisStore(header),
            _ => true,
        };
    }

    // A reply, or an order to stop, for a store that this peer had before.
    private bool IsForThisStore(PeerHeader header)
    {
        if (header.ToStoreId == _storeId)
            return true;
        Count("other store");
        return false;
    }

    private static bool IsPossible(AppendEntries m)
    {
        bool possible = m.Term > 0 && m.PrevLogIndex >= 0 && m.PrevLogTerm >= 0 && m.PrevLogTerm <= m.Term && m.LeaderCommit >= 0 && m.ReadContext >= 0
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

    // An entry of another founding that has the index and term of the own one would pass for it.
    private bool IsMixedUp(AppendEntries m)
    {
        long first = IsAnotherFounding(m.Header) ? _configurations.FirstOfGroup : 0;
        if (first <= m.PrevLogIndex || first > m.LastIndex)
            return false;
        var entry = m.Entries.Entries[(int)(first - m.PrevLogIndex - 1)];
        return _log.Has(first, entry.Term) && entry.Payload.TryReadConfiguration()?.GroupId != Configuration.GroupId;
    }

    private static bool IsPossible(InstallSnapshot m) => m.Snapshot is { LastIncludedIndex: > 0, LastIncludedTerm: > 0, Content.Chunks: > 0 } snapshot
        && snapshot.LastIncludedTerm <= m.Term && snapshot.ConfigurationIndex > 0 && snapshot.ConfigurationIndex <= snapshot.LastIncludedIndex
        && m.Chunk > 0 && m.Chunk <= snapshot.Content.Chunks;

    private bool IsPossible(AppendEntriesReply m)
    {
        bool sane = m.MatchIndex >= 0 && m.AcceptedIndex >= m.MatchIndex && m.RejectedIndex >= 0 && m.ReadContext >= 0 && m.Conflict is { Term: >= 0, Index: >= 0 };
        // What a follower of this leader has accepted, it was sent by this leader.
        bool ours = _leading is null || m.Term != Term || (m.AcceptedIndex <= _log.LastIndex && m.ReadContext <= _leading.Reads.Context);
        return sane && ours;
    }

    private static bool IsPossible(ForwardProposal m) => m.Session is null or { SessionId: > 0 }
        && (m.Kind is EntryKind.Command or EntryKind.Configuration || (m.Kind == EntryKind.Session && m.Command.TryReadSessionChange() is not null));

    private static bool IsPossible(RequestVote m) =>
        m.LastLogIndex >= 0 && m.LastLogTerm >= 0 && m.LastLogTerm <= m.Term && (m.LastLogIndex == 0) == (m.LastLogTerm == 0) && m.Term < long.MaxValue;

    private bool Drop(string reason, string from, string problem)
    {
        long dropped = Count(reason);
        // A flood of them must not become a flood of warnings.
        if (long.IsPow2(dropped))
            Log.Warning("{0}: dropped a message of {1}, {2}: {3} ({4} dropped so far).", PersistenceId, from, reason, problem, dropped);
        return false;
    }

    private long Count(string reason)
    {
        RaftMetrics.DroppedMessages.Add(1, new KeyValuePair<string, object?>("group", _settings.Group), new KeyValuePair<string, object?>("reason", reason));
        return ++_dropped;
    }
}
