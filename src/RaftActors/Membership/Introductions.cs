using Akka.Event;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>What <see cref="Introductions"/> needs from its peer.</summary>
internal interface IIntroducingPeer : IStorePeer
{
    /// <summary>The election in which the peer asks for votes; <c>null</c> if there is none.</summary>
    CandidateState? Election { get; }
}

/// <summary>
/// What peers tell each other about their stores. A peer introduces itself, and another peer answers what it knows
/// about that store. If a store's incarnation is later than the known one, what the former incarnation has confirmed or
/// granted does not count any more (<see cref="KnownStores"/>).
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="stores">What the peer remembers of stores.</param>
/// <param name="ownStore">The store of the peer.</param>
/// <param name="addresses">The addresses of the members.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class Introductions(
    RaftSettings settings,
    RaftLog log,
    ConfigurationHistory configurations,
    RememberedStores stores,
    OwnStore ownStore,
    MemberAddresses addresses,
    ILoggingAdapter logger,
    IIntroducingPeer peer)
{
    private Configuration Configuration => configurations.Latest;

    /// <summary>Introduces this peer to a leader that it has heard about, but has not heard itself.</summary>
    /// <param name="leaderAddress">The address of the leader; empty if no peer has said it.</param>
    public void GetInTouch(string leaderAddress)
    {
        if (leaderAddress.Length > 0 && peer.Leader is null)
            peer.Send(leaderAddress, new Introduce(peer.Header(), 0));
    }

    /// <summary>Answers a peer that introduces itself.</summary>
    public void OnAsked(Introduce question)
    {
        var header = question.Header;
        string bound = log.IsEmpty ? "" : Configuration.Find(header.MemberId)?.StoreId ?? "";
        Answer(header, question.Round, bound, addresses.LeaderFor(header, peer.Leader), question.StoresDigest);
        NameSetBack(question);
    }

    /// <summary>
    /// Whether a message comes from the latest known incarnation of its sender's store. An introduction is always
    /// answered.
    /// </summary>
    public bool IsOfLatestIncarnation(PeerMessage message)
    {
        var header = message.Header;
        if (header.Incarnation == 0 || Configuration.Find(header.MemberId)?.StoreId != header.StoreId)
            return true;
        if (header.Incarnation >= stores.Known.IncarnationOf(header.StoreId))
        {
            Learn(header.StoreId, header.Incarnation, header.Address);
            return true;
        }
        if (message is Introduce)
            return true;
        // The store may have been set back, and its peer has not asked this peer.
        if (message is not IntroduceReply)
            Answer(header, round: 0, bound: header.StoreId, leaderAddress: "");
        return false;
    }

    /// <summary>Records what another peer knows about stores.</summary>
    public void Learn(IReadOnlyList<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (!stores.IsOfMember(record.StoreId, peer.StoreId))
                continue;
            stores.Confirmed(record);
            Learn(record.StoreId, record.Incarnation, record.Address);
        }
    }

    /// <summary>
    /// Records what the stores of this leader and of its followers have confirmed. The heartbeats tell the followers,
    /// because the leader may be gone when a store comes back.
    /// </summary>
    public void NoteConfirmed()
    {
        Confirmed(peer.StoreId, peer.PersistedIndex);
        foreach (var follower in peer.Leading!.Followers)
        {
            if (follower.Server.IsBound)
                Confirmed(follower.Server.StoreId, follower.Progress.MatchIndex);
        }

        void Confirmed(string storeId, long index) =>
            stores.Confirmed(storeId, peer.Term, index, stores.Known.IncarnationOf(storeId));
    }

    private void Answer(PeerHeader asking, long round, string bound, string leaderAddress,
        ulong storesDigest = 0) => peer.Send(
        asking.Address,
        new IntroduceReply(peer.Header(asking.StoreId), round, log.IsEmpty, bound)
        {
            LeaderAddress = leaderAddress,
            LastLogTerm = log.LastTerm,
            LastLogIndex = log.LastIndex,
            IsSetBack = ownStore.IsSetBack,
            Known = stores.Find(asking.StoreId),
            Stores = stores.Unlike(storesDigest),
        });

    // Only the question of a peer that has started says where its store was.
    private void NameSetBack(Introduce question)
    {
        var header = question.Header;
        var recovered = (question.RecoveredTerm, question.RecoveredIndex);
        if (question.Round >= 0)
            return;
        if (!stores.IsNewlySetBack(header.StoreId, header.Incarnation, recovered, out string had))
            return;
        logger.Warning(
            "{0}: the store of {1} at {2} was set back: {3}, and now started in term {4} with entries up to {5}. "
                + "It counts again once it has caught up.",
            settings.PersistenceId, header.MemberId, header.Address, had, question.RecoveredTerm,
            question.RecoveredIndex);
    }

    private void Learn(string storeId, long incarnation, string address)
    {
        if (storeId == peer.StoreId)
        {
            ownStore.OnRemembered(incarnation, address);
            return;
        }
        long former = stores.Known.IncarnationOf(storeId);
        if (!stores.Learn(storeId, incarnation, address, peer.StoreId))
            return;
        foreach (var server in Configuration.Servers)
        {
            if (server.StoreId != storeId)
                continue;
            peer.Election?.Revoke(server.Id);
            if (peer.Leading?.Find(server.Id)?.Progress is not { } progress)
                continue;
            stores.Confirmed(storeId, peer.Term, progress.MatchIndex, former);
            progress.BeginIncarnation(incarnation);
        }
        peer.RequestFlush();
    }
}
