using Akka.Event;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Metrics;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// Decides which messages of other peers count. A message that is impossible, or meant for another peer, is dropped
/// with a warning and counted. No message makes the peer fail.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="identity">The group that the peer belongs to.</param>
/// <param name="addresses">The addresses of the members.</param>
/// <param name="introductions">What the peer knows about other stores.</param>
/// <param name="watch">Records which members were heard.</param>
/// <param name="frameSizes">The largest messages that other peers take.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class MessageFilter(
    RaftSettings settings,
    RaftLog log,
    GroupIdentity identity,
    MemberAddresses addresses,
    Introductions introductions,
    PeerWatch watch,
    FrameSizes frameSizes,
    ILoggingAdapter logger,
    IStorePeer peer)
{
    /// <summary>The number of dropped messages.</summary>
    public long Dropped { get; private set; }

    /// <summary>The largest messages that this peer and the other peers take.</summary>
    public FrameSizes FrameSizes => frameSizes;

    /// <summary>Whether a message counts. A message that does not count is dropped.</summary>
    public bool Accept(PeerMessage message)
    {
        var header = message.Header;
        if (header.Group != settings.Group)
            return Drop("foreign group", header.MemberId, $"it is for group '{header.Group}'");
        if (header.MemberId.Length == 0 || header.StoreId.Length == 0 || header.Address.Length == 0 || header.Term < 0)
            return Drop("malformed", header.MemberId, "its header is incomplete");
        if (message is ContactRefused refused)
        {
            identity.OnRefused(refused);
            return false;
        }
        if (!identity.Includes(message))
            return DropForeign(header);
        if (header.MemberId == settings.MemberId)
        {
            string where = $"it comes from {header.Address}: two nodes run under one member id";
            return Drop("own name", header.MemberId, where);
        }
        if (!IsAtItsPlace(header))
            return false;
        watch.OnHeard(header.MemberId, peer.Leader is not null, peer.Now);
        if (frameSizes.Learn(header.MemberId, header.MaximumFrameSize) is { } difference)
        {
            logger.Warning(
                "{0}: {1} at {2} {3}", settings.PersistenceId, header.MemberId, header.Address, difference);
        }
        if (!introductions.IsOfLatestIncarnation(message))
            return Count("former incarnation");
        if (IsForOneStore(message) && header.ToStoreId != peer.StoreId)
            return DropForOtherStore(message);
        if (PossibleMessages.Problem(message) is { } impossible)
            return Drop(impossible.Reason, header.MemberId, impossible.Problem);
        return message switch
        {
            AppendEntries m when identity.IsMixedUp(m) => DropForeign(header),
            AppendEntriesReply m when !IsOfThisLeader(m) =>
                Drop("impossible index", header.MemberId, $"AppendEntriesReply up to {m.AcceptedIndex}"),
            _ => true,
        };
    }

    /// <summary>Drops a message. Many such messages do not cause as many warnings.</summary>
    /// <param name="reason">The reason, in the words of the metric.</param>
    /// <param name="from">The sender of the message.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>Always <c>false</c>: the message does not count.</returns>
    public bool Drop(string reason, string from, string problem)
    {
        Count(reason);
        if (long.IsPow2(Dropped))
        {
            logger.Warning(
                "{0}: dropped a message of {1}, {2}: {3} ({4} dropped so far).",
                settings.PersistenceId, from, reason, problem, Dropped);
        }
        return false;
    }

    private bool Count(string reason)
    {
        RaftMetrics.DroppedMessages.Add(
            1,
            new KeyValuePair<string, object?>("group", settings.Group),
            new KeyValuePair<string, object?>("reason", reason));
        Dropped++;
        return false;
    }

    // Both peers name each other in their logs.
    private bool DropForeign(PeerHeader header)
    {
        Count("another group");
        identity.OnForeign(header);
        identity.Refuse(header, RefusalReason.AnotherGroup);
        return false;
    }

    // A message from a second node that runs with the member's store does not come from the member's place.
    private bool IsAtItsPlace(PeerHeader header)
    {
        if (addresses.Note(header, peer.Now))
            return true;
        if (addresses.AddressBesideRival(header.MemberId) is { } other)
            identity.Refuse(header, RefusalReason.StoreInUse, other);
        return Count("own name");
    }

    // Replies, orders and a leader's messages are for one store of this member. If the disk of the member was replaced,
    // that may be the store before. A leader names no store before it has bound one.
    private static bool IsForOneStore(PeerMessage message) => message switch
    {
        AppendEntries or InstallSnapshot => message.Header.ToStoreId.Length > 0,
        AppendEntriesReply or InstallSnapshotReply or RequestVoteReply or IntroduceReply or ForwardReply
            or MemberRemoved or StoreReplaced or TimeoutNow or ReadIndexReply => true,
        _ => false,
    };

    // The leader learns from the rejection which store answers for the member now, and says whether that store counts.
    // A rejection at index 0 is never news: it moves no follower's progress back, should the store be bound by now.
    private bool DropForOtherStore(PeerMessage message)
    {
        var header = message.Header;
        if (message is AppendEntries)
        {
            var rejection = new AppendEntriesReply(peer.Header(header.StoreId), false, 0, 0, 0, default, 0);
            peer.Send(header.Address, rejection);
        }
        return Count("other store");
    }

    // A follower cannot have accepted what this leader has not sent.
    private bool IsOfThisLeader(AppendEntriesReply m) => peer.Leading is not { } leading || m.Term != peer.Term
        || (m.AcceptedIndex <= log.LastIndex && m.ReadContext <= leading.Reads.Context);
}
