using Akka.Event;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>What <see cref="Removal"/> needs from its peer.</summary>
internal interface IRemovedPeer : IPeer
{
    /// <summary>The identity of the peer's store.</summary>
    string StoreId { get; }

    /// <summary>Whether the peer must still answer requests that it has forwarded to a leader.</summary>
    bool OwesAnswers { get; }

    /// <summary>Called when the peer learns that the configuration at an index has removed it.</summary>
    void OnRemoved(long index);

    /// <summary>Stops the peer for good, because the configuration at an index has removed it.</summary>
    void StopRemoved(long index);
}

/// <summary>
/// How a member learns that it was removed, and stops. The leader that removes it tells it. If that message is lost, a
/// peer that it asks for a vote or for its membership tells it. Until then, pre-vote and leader stickiness prevent it
/// from disturbing the others (dissertation, section 4.2.3).
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="addresses">The addresses of the members.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class Removal(
    RaftSettings settings,
    RaftLog log,
    ConfigurationHistory configurations,
    MemberAddresses addresses,
    ILoggingAdapter logger,
    IRemovedPeer peer)
{
    // The index of the configuration without this peer, and when the peer stops even if it has unanswered requests.
    private (long Index, TimeSpan StopsAt)? _removed;

    /// <summary>Whether the peer knows that it was removed.</summary>
    public bool IsKnown => _removed is not null;

    /// <summary>Tells a peer that a configuration which is known to be committed has removed it.</summary>
    public void Tell(PeerHeader header)
    {
        var (index, committed) = configurations.At(log.CommitIndex);
        if (index == 0 || committed.Find(header.MemberId) is not null)
            return;
        if (configurations.Latest.Find(header.MemberId) is null)
            peer.Send(header.Address, new MemberRemoved(peer.Header(header.StoreId), index));
    }

    /// <summary>
    /// Called when another peer says that this peer was removed. The other peer may be behind, or may mean an earlier
    /// membership with this member id; then a later configuration names this store. A peer that was just added is in no
    /// configuration that it knows, until it reads one in its log.
    /// </summary>
    public void OnTold(MemberRemoved removed)
    {
        long named = configurations.LastNaming(settings.MemberId, peer.StoreId);
        if (named >= 1 && removed.Index > named)
            Begin(removed.Index);
    }

    /// <summary>Called when a configuration without this peer is committed.</summary>
    public void Begin(long index)
    {
        if (_removed is not null)
            return;
        logger.Info(
            "{0}: the member is removed from the group by the configuration at index {1}.",
            settings.PersistenceId, index);
        _removed = (index, peer.Now + settings.ElectionTimeoutMax);
        peer.OnRemoved(index);
        OnTimeout();
    }

    /// <summary>Stops the peer once its unanswered requests have been answered.</summary>
    public void OnTimeout()
    {
        if (_removed is not var (index, stopsAt))
            return;
        if (configurations.LastNaming(settings.MemberId, peer.StoreId) > index)
        {
            logger.Info("{0}: the member was added again meanwhile; it stays.", settings.PersistenceId);
            _removed = null;
        }
        else if (!peer.OwesAnswers || peer.Now >= stopsAt)
            peer.StopRemoved(index);
        else
            peer.StartTimer(Timeout.Instance, settings.HeartbeatInterval);
    }

    /// <summary>
    /// Asks the other members whether this peer is a member. A leader need not tell a learner that it was removed, and
    /// a learner asks for no votes. So a learner asks this when it hears nothing.
    /// </summary>
    public void AskForMembership()
    {
        if (log.IsEmpty)
            return;
        foreach (var server in configurations.Latest.Servers)
        {
            if (server.Id != settings.MemberId)
                addresses.AllOf(server).ForEach(address => peer.Send(address, new Introduce(peer.Header(), 0)));
        }
    }

    /// <summary>The time has come for <see cref="OnTimeout"/>.</summary>
    public sealed record Timeout
    {
        public static readonly Timeout Instance = new();
    }
}
