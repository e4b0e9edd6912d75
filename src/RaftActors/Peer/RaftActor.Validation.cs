using Akka.Actor;
using Akka.Event;
using RaftActors.Protocol;

namespace RaftActors;

// Messages that make no sense, or are meant for somebody else, are dropped with a warning and counted; none takes the
// peer down.
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
        if (!_identity.Includes(message))
            return DropForeign(header);
        if (header.MemberId == _self.Id)
            return Drop("own name", header.MemberId,
                $"it comes from {header.Address}: two nodes run under one member id");
        if (!NoteAddress(header))
            return false;
        NoteHeard(header.MemberId);
        if (_frameSizes.Learn(header.MemberId, header.MaximumFrameSize) is { } difference)
            Log.Warning("{0}: {1} at {2} {3}", PersistenceId, header.MemberId, header.Address, difference);
        if (!IsOfLatestIncarnation(message))
            return false;
        bool isForOneStore = message is AppendEntriesReply or InstallSnapshotReply or RequestVoteReply or IdentityReply
            or ForwardReply or MemberRemoved or StoreReplaced or TimeoutNow or ReadIndexReply;
        if (isForOneStore && !IsForThisStore(header))
            return false;
        if (PossibleMessages.Problem(message) is { } impossible)
            return Drop(impossible.Reason, header.MemberId, impossible.Problem);
        return message switch
        {
            AppendEntries m when _identity.IsMixedUp(m) => DropForeign(header),
            AppendEntriesReply m when !IsOfThisLeader(m) =>
                Drop("impossible index", header.MemberId, $"AppendEntriesReply up to {m.AcceptedIndex}"),
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

    // What a follower of this leader has accepted, it was sent by this leader.
    private bool IsOfThisLeader(AppendEntriesReply m) => _leading is not { } leading || m.Term != Term
        || (m.AcceptedIndex <= _raftLog.LastIndex && m.ReadContext <= leading.Reads.Context);

    private bool Drop(string reason, string from, string problem)
    {
        long dropped = Count(reason);
        // A flood of them must not become a flood of warnings.
        if (long.IsPow2(dropped))
            Log.Warning("{0}: dropped a message of {1}, {2}: {3} ({4} dropped so far).", PersistenceId, from, reason,
                problem, dropped);
        return false;
    }

    private long Count(string reason)
    {
        RaftMetrics.DroppedMessages.Add(1, new KeyValuePair<string, object?>("group", _settings.Group),
            new KeyValuePair<string, object?>("reason", reason));
        return ++_dropped;
    }
}
