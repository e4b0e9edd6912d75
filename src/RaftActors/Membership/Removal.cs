using Akka.Event;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>What <see cref="Removal"/> asks of its peer.</summary>
internal interface IRemovedPeer : IPeer
{
    /// <summary>The identity of the peer's store.</summary>
    string StoreId { get; }

    /// <summary>Whether the peer owes answers to what it has forwarded to a leader.</summary>
    bool OwesAnswers { get; }

    /// <summary>The peer learns that the group goes on without it since an index.</summary>
    void OnRemoved(long index);

    /// <summary>The peer stops for good: the group goes on without it since an index.</summary>
    void StopRemoved(long index);
}

/// <summary>
/// How a member learns that it was removed, and stops. The leader that removes it says so. If that message is lost, the
/// member learns so from whomever it asks for a vote or for its membership. Until then pre-vote and stickiness keep it
/// from disturbing the others (dissertation, section 4.2.3).
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="addresses">Where members are.</param>
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
    // The index of the configuration without this peer; and when the peer stops, whether it owes answers or not.
    private (long Index, TimeSpan StopsAt)? _removed;

    /// <summary>Whether the peer knows that the group goes on without it.</summary>
    public bool IsKnown => _removed is not null;

    /// <summary>Tells a peer that the group, as far as is known to be committed here, goes on without it.</summary>
    public void Tell(PeerHeader header)
    {
        var (index, committed) = configurations.At(log.CommitIndex);
        if (index == 0 || committed.Find(header.MemberId) is not null)
            return;
        if (configurations.Latest.Find(header.MemberId) is null)
            peer.Send(header.Address, new MemberRemoved(peer.Header(header.StoreId), index));
    }

    /// <summary>
    /// Another peer says that this one is removed. A peer that lags behind may say so, or it may mean an earlier
    /// membership under this name: then a later configuration names this very store. No configuration names a peer that
    /// has just been added, until the peer reads it in its log.
    /// </summary>
    public void OnTold(MemberRemoved removed)
    {
        long named = configurations.LastNaming(settings.MemberId, peer.StoreId);
        if (named >= 1 && removed.Index > named)
            Begin(removed.Index);
    }

    /// <summary>The configuration at an index is committed, and the peer is not in it.</summary>
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

    /// <summary>Stops the peer once the answers that it owes have come, and gone.</summary>
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
    /// Asks the other members whether this peer is one of them. Nobody has to tell a learner that it was removed, and a
    /// learner asks for no votes: so it asks this when it hears nothing.
    /// </summary>
    public void AskForMembership()
    {
        if (log.IsEmpty)
            return;
        foreach (var server in configurations.Latest.Servers)
        {
            if (server.Id != settings.MemberId)
                addresses.AllOf(server).ForEach(address => peer.Send(address, new AskIdentity(peer.Header(), 0)));
        }
    }

    /// <summary>Time for <see cref="OnTimeout"/>.</summary>
    public sealed record Timeout
    {
        public static readonly Timeout Instance = new();
    }
}
