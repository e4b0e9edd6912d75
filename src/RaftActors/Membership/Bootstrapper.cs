using System.IO.Hashing;
using System.Text;
using Akka.Event;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// Finds out whether a peer with an empty log may take part in founding the group, by asking the other members.
/// <see cref="Founding"/> says what the answers mean.
/// </summary>
internal sealed class Bootstrapper(
    RaftSettings settings,
    Random random,
    RaftLog raftLog,
    ConfigurationHistory configurations,
    MemberAddresses addresses,
    ILoggingAdapter log,
    IStorePeer peer)
{
    // Until the group is founded.
    private Founding? _founding;
    private long _timeouts;

    /// <summary>The configuration with which this peer would found the group, with all stores that it knows.</summary>
    public Configuration Proposed => _founding!.Proposed;

    /// <summary>
    /// Whether all voters are known to be empty. Then the peer may start an election, to found the group.
    /// </summary>
    public bool MayFound => _founding?.State == FoundingState.AllEmpty;

    /// <summary>
    /// Whether this peer may found the group, and should do so without waiting for an election timeout: the voter of
    /// the highest priority, among several the one that the names of group and voter choose. Only for a group of the
    /// catalogue. A node may create very many of them at once, and each that waits sends messages meanwhile.
    /// </summary>
    public bool IsToFound => settings.Incarnation > 0 && MayFound && ChosenFounder().Id == settings.Self.Id;

    /// <summary>Begins to ask, if the log is empty.</summary>
    public void Start()
    {
        long firstRound = random.NextInt64(1L << 48);
        _founding = new Founding(configurations.Latest, settings.Self.Id, peer.StoreId, firstRound, settings.Found);
        if (raftLog.IsEmpty)
            OnTimeout();
    }

    /// <summary>Called when an entry is committed: the log is never empty again.</summary>
    public void End() => _founding = null;

    /// <summary>Asks again, if the log is still empty.</summary>
    public void OnTimeout()
    {
        if (!raftLog.IsEmpty)
            return;
        if (settings.Join)
        {
            // A joining peer does not ask. The leader contacts it.
            if (IsToBeSaid())
            {
                log.Info(
                    "{0}: the log is empty. It waits until member {1} at {2} is added to the group.",
                    settings.PersistenceId, settings.Self.Id, settings.Self.Address);
            }
        }
        else
        {
            Ask();
            if (_founding!.State == FoundingState.Asking && IsToBeSaid())
            {
                log.Info(
                    "{0}: the log is empty. The group can be founded once these members have answered "
                        + "that theirs are, too: {1}.",
                    settings.PersistenceId, Missing());
            }
        }
        peer.StartTimer(Timeout.Instance, settings.FoundingInterval);
    }

    /// <summary>Called when another peer has asked this one. If the log is empty, this peer asks back.</summary>
    public void OnAsked(PeerHeader header)
    {
        if (!raftLog.IsEmpty)
            return;
        addresses.CompareNames(header);
        if (_founding!.TryAskBack(header.MemberId, header.StoreId, out long round))
            peer.Send(header.Address, new Introduce(peer.Header(), round));
    }

    /// <summary>Called when another peer has answered.</summary>
    public void OnAnswer(IntroduceReply reply)
    {
        string id = reply.Header.MemberId;
        var before = _founding!.State;
        _founding.Answered(
            id, reply.Round, new FoundingAnswer(reply.Header.StoreId, reply.Empty, reply.BoundStoreId, reply.Term));
        if (!reply.Empty && reply.BoundStoreId.Length > 0 && reply.BoundStoreId != peer.StoreId)
        {
            log.Warning(
                "{0}: this store is empty, but {1} knows member {2} by another store. If its data was lost, "
                    + "remove the member from the group and add it again.",
                settings.PersistenceId, id, settings.Self.Id);
        }
        var state = _founding.State;
        if (state == before || state is not (FoundingState.AllEmpty or FoundingState.Recognised))
            return;
        log.Info(
            "{0}: {1}; the highest term among the other members is {2}.",
            settings.PersistenceId, state, _founding.HighestTerm);
        if (before is FoundingState.Asking or FoundingState.NotRecognised)
            Abstain(_founding.HighestTerm);
    }

    /// <summary>
    /// Whether a peer with an empty log may vote for a candidate. A wiped disk under an old member id has no vote.
    /// </summary>
    public bool MayVoteFor(RequestVote request)
    {
        if (_founding?.State is not (FoundingState.AllEmpty or FoundingState.Recognised))
            return false;
        if (request.LastLogIndex > 0)
            return true;
        bool same = MayFound && Proposed.Equals(request.Founding);
        if (!same)
        {
            log.Warning(
                "{0}: no vote for {1}, which would found the group with [{2}]; this peer knows [{3}].",
                settings.PersistenceId, request.Header.MemberId, request.Founding, Proposed);
        }
        return same;
    }

    // All founders choose the same one if they know the same voters. Nothing goes wrong if they do not.
    private Server ChosenFounder()
    {
        var voters = Proposed.Voters;
        var chosen = voters[0];
        foreach (var voter in voters[1..])
            if (Rank(voter).CompareTo(Rank(chosen)) > 0)
                chosen = voter;
        return chosen;
    }

    private (int Priority, ulong Hash) Rank(Server voter) =>
        (voter.Priority, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{settings.Group} {voter.Id}")));

    // A former store of this member may have voted in that term.
    private void Abstain(long term)
    {
        if (term > peer.HardState.Term)
            peer.StepDown(term);
        if (term < peer.HardState.Term || term == 0 || peer.HardState.VotedFor is not null)
            return;
        peer.Abstain();
    }

    private void Ask()
    {
        long round = _founding!.Ask();
        foreach (var voter in configurations.Latest.Voters)
        {
            if (voter.Id != settings.Self.Id)
                peer.Send(voter.Address, new Introduce(peer.Header(), round));
        }
    }

    // Whoever starts the nodes of a new group one by one wants to know what the peer waits for, but not three times a
    // second.
    private bool IsToBeSaid() => long.IsPow2(++_timeouts) && _timeouts > 2;

    private string Missing() =>
        string.Join(", ", _founding!.Missing().Select(static voter => $"{voter.Id} at {voter.Address}"));

    /// <summary>The time has come to ask again.</summary>
    public sealed record Timeout
    {
        /// <summary>The only instance.</summary>
        public static readonly Timeout Instance = new();
    }
}
