using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Metrics;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// Decides whether a peer's own word counts. Each start on a store is a new incarnation of the store. Once the new
/// incarnation is known, what an earlier one said does not count (<see cref="RememberedStores"/>). A peer that has
/// started asks the other voters before it votes or confirms anything, because its disk may have been set back
/// (<see cref="StoreVerification"/>).
/// </summary>
/// <remarks>
/// Leader Completeness and Election Safety depend on this class if a disk was set back. StoreVerificationSpec,
/// SetBackDiskSpec and the simulation's fault DiskSetBack test it.
/// </remarks>
internal sealed class OwnStore(
    RaftSettings settings,
    Random random,
    RaftLog raftLog,
    ConfigurationHistory configurations,
    RememberedStores stores,
    MemberAddresses addresses,
    PeerProblems problems,
    IStorePeer peer)
{
    private StoreVerification _verification = StoreVerification.OfNewStore();

    // The verification that is to replace the one before; null if there is none. Until then the one before holds.
    private StoreVerification? _again;

    // The term and the last index on the disk when the peer started.
    private (long Term, long Index) _recovered;

    // The log that a candidate must have at least to get the peer's vote.
    private (long Term, long Index) _floor;

    /// <summary>The incarnation of the store; 0 before the peer has started.</summary>
    public long Incarnation { get; private set; }

    /// <summary>What the store has lost, in a clause, as far as it is known.</summary>
    public string? Loss { get; set; }

    /// <summary>Whether enough other voters have answered since the start.</summary>
    public bool IsVerified => _verification.IsDone;

    /// <summary>Whether the store is known to have lost data and has not caught up yet.</summary>
    public bool IsSetBack => stores.Known.IsSetBack(peer.StoreId);

    /// <summary>Whether the store has everything that it may have confirmed.</summary>
    public bool IsWhole => Incarnation != 0 && !IsSetBack && HasFloor;

    // Whether the log on the disk is at least as up-to-date as those of the voters that answered.
    private bool HasFloor => IsVerified && MeetsFloor(raftLog.TermAt(peer.PersistedIndex), peer.PersistedIndex);

    private StoreVerification Asked => _again ?? _verification;

    // A term and an index. If another peer remembers that the store has confirmed more, the store has lost something. A
    // peer that has just started has confirmed nothing since. While it asks again, it confirms what is on its disk.
    private (long Term, long Index) Had => _again is null ? _recovered : (Term, peer.PersistedIndex);

    private Configuration Configuration => configurations.Latest;

    private long Term => peer.HardState.Term;

    /// <summary>
    /// Whether a log is at least as up-to-date as those that the other voters had when they answered.
    /// </summary>
    public bool MeetsFloor(long lastTerm, long lastIndex) => (lastTerm, lastIndex).CompareTo(_floor) >= 0;

    // ---- The start

    /// <summary>Begins an incarnation when the peer starts.</summary>
    /// <param name="isNew">Whether the store was just created. Such a store has promised nothing.</param>
    /// <param name="isCut">Whether the journal is cut off at an event that cannot be read.</param>
    public void Start(bool isNew, bool isCut)
    {
        _recovered = (Term, raftLog.LastIndex);
        Incarnation = Incarnations.Next(stores.Known.IncarnationOf(peer.StoreId), random);
        // If the journal was cut off at an earlier start, the store may have caught up since.
        bool wasSetBack = IsSetBack || isCut;
        if (!wasSetBack)
            Loss = null;
        stores.KeepMembers(peer.StoreId);
        stores.SetOwn(peer.StoreId, Incarnation, settings.Self.Address, wasSetBack);
        if (wasSetBack)
            problems.Begin(PeerProblemKind.StoreSetBack, WhatIsLost());
        if (!isNew)
            Verify();
    }

    /// <summary>
    /// Goes on with the incarnation of the store that the peer had before it slept: its store is what it was.
    /// </summary>
    public void GoOn()
    {
        _recovered = (Term, raftLog.LastIndex);
        Incarnation = stores.Known.IncarnationOf(peer.StoreId);
    }

    /// <summary>
    /// Asks the other voters again if the log still lacks entries that they had when they answered. Who had these
    /// entries may be gone for good. Meanwhile the former answers hold: with them, too, the peer votes for nobody whom
    /// it should not vote for.
    /// </summary>
    public void VerifyAgain()
    {
        if (!IsVerified || _again is not null || MeetsFloor(raftLog.LastTerm, raftLog.LastIndex))
            return;
        _again = NewVerification();
        OnVerificationTimeout();
    }

    // Until enough voters have answered, the peer neither votes nor confirms anything.
    private void Verify()
    {
        (_verification, _again) = (NewVerification(), null);
        OnVerificationTimeout();
    }

    private StoreVerification NewVerification() =>
        new(-1 - random.NextInt64(1L << 48), peer.Now + settings.VerificationWait);

    /// <summary>Asks again the voters that have not answered.</summary>
    public void OnVerificationTimeout()
    {
        Decide();
        if (Asked.IsDone)
            return;
        foreach (var server in Unanswered())
        {
            // A voter may have moved while this peer was down.
            foreach (string address in addresses.AllOf(server))
            {
                peer.Send(address, new Introduce(peer.Header(), Asked.Round)
                {
                    RecoveredTerm = Had.Term,
                    RecoveredIndex = Had.Index,
                    StoresDigest = stores.Known.Digest,
                });
            }
        }
        if (IsSetBack)
            problems.Begin(PeerProblemKind.StoreSetBack, WhatIsLost());
        peer.StartTimer(VerificationTimeout.Instance, settings.HeartbeatInterval);
    }

    // ---- What others say

    /// <summary>Called when another member has answered.</summary>
    public void OnAnswer(IntroduceReply reply)
    {
        var header = reply.Header;
        var known = reply.Known?.StoreId == peer.StoreId ? reply.Known : null;
        if (known is not null && Incarnations.IsForgotten(known.Incarnation, Incarnation))
        {
            SetBack(Loss ?? StartedSince(header.MemberId, known.Address), known.Incarnation);
            return;
        }
        if (Asked.IsDone || reply.Round != Asked.Round || Configuration.Find(header.MemberId) is not { } voter
            || (voter.IsBound && voter.StoreId != header.StoreId))
        {
            return;
        }
        if (!IsSetBack && known is not null && (known.ConfirmedTerm, known.ConfirmedIndex).CompareTo(Had) > 0)
        {
            string loss = $"in term {known.ConfirmedTerm} it had confirmed entries up to {known.ConfirmedIndex}, "
                + $"as {header.MemberId} remembers; it was in term {Had.Term} "
                + $"and had entries up to {Had.Index}";
            SetBack(loss, known.Incarnation);
            return;
        }
        var answer = new StoreAnswer(header.Term, reply.LastLogTerm, reply.LastLogIndex, reply.IsSetBack);
        Asked.Answered(header.MemberId, answer);
        Decide();
    }

    /// <summary>Another member knows an incarnation of the store.</summary>
    /// <param name="incarnation">The incarnation.</param>
    /// <param name="address">Where it runs; empty when that is not known.</param>
    public void OnRemembered(long incarnation, string address)
    {
        if (incarnation > Incarnation)
            SetBack(StartedSince("another member", address), incarnation);
    }

    /// <summary>
    /// Ends the state of a set-back store once the log on its disk is at least as up-to-date as those of the voters
    /// that answered.
    /// </summary>
    public void NoteCaughtUp()
    {
        if (!IsSetBack || !HasFloor)
            return;
        Loss = null;
        stores.SetOwn(peer.StoreId, Incarnation, settings.Self.Address);
        peer.RequestFlush();
        problems.End(
            PeerProblemKind.StoreSetBack,
            $"the store has caught up to entry {peer.PersistedIndex} and counts again");
    }

    private void Decide()
    {
        if (Asked.IsDone || !Asked.Decide(Configuration, settings.Self.Id, IsSetBack, peer.Now))
            return;
        (_verification, _again) = (Asked, null);
        peer.StopTimer(VerificationTimeout.Instance);
        _floor = _verification.Floor;
        if (_verification.HighestTerm > Term)
            peer.StepDown(_verification.HighestTerm);
        // The disk may have lost a vote in this term.
        if (Term > 0 && peer.HardState.VotedFor is null)
            peer.Abstain();
        peer.RequestFlush();
        NoteCaughtUp();
    }

    private void SetBack(string loss, long atLeast)
    {
        Loss = loss;
        peer.StepDown(Term);
        Incarnation = Incarnations.Next(Math.Max(atLeast, Incarnation), random);
        stores.SetOwn(peer.StoreId, Incarnation, settings.Self.Address, isSetBack: true);
        RaftMetrics.StoresSetBack.Add(1, new KeyValuePair<string, object?>("group", settings.Group));
        problems.Begin(PeerProblemKind.StoreSetBack, WhatIsLost());
        Verify();
    }

    // On this disk, or on a copy of it.
    private string StartedSince(string who, string address)
    {
        string started = $"{who} remembers that it was started again since";
        string own = settings.Self.Address;
        return address.Length == 0 || NodeAddress.EndpointOf(address) == NodeAddress.EndpointOf(own)
            ? started
            : $"{started}, at {address} and not here at {own}: if a node still runs there, one of the two disks is a "
                + "copy of the other, so stop one of the nodes, and start it again only with an empty data directory";
    }

    private IEnumerable<Server> Unanswered() => Configuration.Servers.ToArray().Where(server =>
        server.Id != settings.Self.Id && Configuration.IsVoter(server.Id) && !Asked.HasAnswered(server.Id));

    private string WhatIsLost()
    {
        string loss =
            $"This node's store, {peer.StoreId}, was set back: {Loss ?? "it no longer has what it had confirmed"}. "
            + "It gets what is missing from the other members; until then it does not vote, and confirms nothing.";
        if (IsVerified)
            return loss;
        string missing = string.Join(", ", Unanswered().Select(static server => $"{server.Id} at {server.Address}"));
        string wanted = missing.Length == 0
            ? "All other members have answered, but stores of theirs were set back, too"
            : $"These members have not answered yet: {missing}. Start them";
        return $"{loss} {wanted}. "
            + "If the disks of a majority are lost or set back, nobody can say what was acknowledged. "
            + "Then make a group of the store that has most: raftnode recover (in your own program: StoreRecovery).";
    }

    /// <summary>The time has come to ask again.</summary>
    public sealed record VerificationTimeout
    {
        /// <summary>The only instance.</summary>
        public static readonly VerificationTimeout Instance = new();
    }
}
