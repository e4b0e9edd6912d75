using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors.Resting;

/// <summary>What <see cref="PeerRest"/> needs from its peer.</summary>
internal interface IRestingPeer : IPeer
{
    /// <summary>The last index up to which the peer's log is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>Whether a transfer of the leadership or a change of the members is under way.</summary>
    bool IsBusy { get; }
}

/// <summary>
/// Lets an idle group rest: its leader sends no heartbeats, and its followers have no election timeout. The nodes watch
/// each other meanwhile (<see cref="NodeWatch"/>). A leader asks its followers to rest once the group has been idle for
/// <see cref="RaftSettings.RestAfter"/> election timeouts and all followers have the whole log. It rests when all of
/// them say that they do. Whatever a peer has to say ends the rest.
/// </summary>
/// <remarks>
/// A follower that is silent does not keep the group awake, as long as those that rest are a majority with the leader.
/// Otherwise the loss of one node would wake all groups for as long as the node is away. When it is back, its peer
/// says so, or campaigns; either wakes the leader.
/// </remarks>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="machine">The state machine.</param>
/// <param name="addresses">Where the members are.</param>
/// <param name="shared">What all groups of this node share.</param>
/// <param name="self">The supervisor of the peer, which passes on what it is told.</param>
/// <param name="peer">The peer.</param>
internal sealed class PeerRest(
    RaftSettings settings,
    RaftLog log,
    ConfigurationHistory configurations,
    StateMachineRunner machine,
    MemberAddresses addresses,
    SharedByGroups shared,
    IActorRef self,
    IRestingPeer peer)
{
    // What the leader saw at its last heartbeat: if it has changed, the group is not idle.
    private (long LastIndex, long ReadContext) _seen;
    private TimeSpan _idleSince;
    private TimeSpan? _askingSince;
    private long _number;
    private TimeSpan _began;

    // The leader with which this follower rests.
    private (string MemberId, string Address) _leader;

    /// <summary>Whether the peer rests.</summary>
    public bool IsResting { get; private set; }

    /// <summary>
    /// Whether the group has been idle for long enough. It may still have to compare its replicas before it rests.
    /// </summary>
    public bool IsDue { get; private set; }

    /// <summary>Whether the heartbeats of this leader ask the followers to rest.</summary>
    public bool IsAsking { get; private set; }

    /// <summary>The number of the rest.</summary>
    public long Number => _number;

    /// <summary>When the rest began.</summary>
    public TimeSpan Began => _began;

    /// <summary>When the peer last woke; <c>null</c> if it did not rest in its role.</summary>
    public TimeSpan? WokeAt { get; private set; }

    /// <summary>
    /// When the nodes of all members with which the peer rested were last heard, if the peer has rested in its role.
    /// </summary>
    public TimeSpan? LastContact { get; private set; }

    private bool IsPossible => configurations.Latest.Lease == TimeSpan.Zero
        && log.LastIndex > 0 && log.CommitIndex == log.LastIndex && peer.PersistedIndex == log.LastIndex;

    // Nothing has happened but the founding, which is the first entry. Only groups of the catalogue: a node may create
    // very many of them at once, and most may have nothing to do for a long time.
    private bool IsUnused => settings.Incarnation > 0 && log.LastIndex == 1;

    /// <summary>Called when the peer enters a role: the rest is over, and so is what the peer knew of it.</summary>
    public void Reset()
    {
        End();
        Stir();
        WokeAt = LastContact = null;
    }

    /// <summary>Called when the leader has something to do: the group is not idle.</summary>
    public void Stir()
    {
        _idleSince = peer.Now;
        StopAsking();
    }

    private void StopAsking()
    {
        IsDue = IsAsking = false;
        _askingSince = null;
        foreach (var follower in peer.Leading is { } leading ? leading.Followers : default)
            follower.Progress.Rests = false;
    }

    /// <summary>Called before a leader sends heartbeats: decides whether they ask the followers to rest.</summary>
    public void Look()
    {
        var leading = peer.Leading!;
        var seen = (log.LastIndex, leading.Reads.Context);
        // A leader that asks in vain does not ask for a while: a follower has other settings, or no state machine.
        if (seen != _seen || peer.Now - _askingSince >= settings.ElectionTimeoutMax)
            Stir();
        _seen = seen;
        if (!MayRest(leading))
        {
            StopAsking();
            return;
        }
        bool isIdle = peer.Now - _idleSince >= settings.RestAfter * settings.ElectionTimeoutMax;
        IsDue = settings.RestAfter > 0 && (isIdle || IsUnused);
        IsAsking = IsDue && (!machine.HasDigest || leading.Digests.IsSettled(log.LastIndex));
        _askingSince = IsAsking ? _askingSince ?? peer.Now : null;
    }

    /// <summary>Called when a follower has answered a heartbeat.</summary>
    /// <param name="follower">The follower.</param>
    /// <param name="rests">Whether it has said that it rests.</param>
    public void OnReply(Follower follower, bool rests)
    {
        if (IsAsking && !IsResting)
            follower.Progress.Rests = rests;
    }

    /// <summary>Begins the rest of a leader, if all its followers rest that are not silent.</summary>
    /// <returns>Whether the leader rests from now on.</returns>
    public bool TryRest()
    {
        var leading = peer.Leading!;
        if (!IsAsking || IsResting || !MayRest(leading))
            return false;
        var others = new List<string>(leading.Followers.Length);
        foreach (var (server, progress) in leading.Followers)
        {
            if (progress.Rests)
                others.Add(addresses.Of(server));
            else if (!IsSilent(progress))
                return false;
        }
        if (!AreMajority)
            return false;
        Begin(others);
        return true;
    }

    /// <summary>Called when a leader asks this follower to rest.</summary>
    /// <param name="append">The heartbeat of the leader.</param>
    /// <returns>Whether the follower rests.</returns>
    public bool OnAsked(AppendEntries append)
    {
        bool may = IsPossible && append.LastIndex == log.LastIndex && machine.IsRunning;
        if (!may || IsResting)
            return may;
        _leader = (append.Header.MemberId, append.Header.Address);
        Begin([_leader.Address]);
        return true;
    }

    /// <summary>Called when the rest with another node has ended.</summary>
    /// <returns>Whether the peer must wake.</returns>
    public bool OnEnded(RestEnded ended)
    {
        if (!IsResting || ended.Number != _number)
            return false;
        if (peer.Leading is not { } leading || ended.Why != RestEnd.NodeLost)
            return true;
        foreach (var (server, progress) in leading.Followers)
        {
            if (NodeAddress.EndpointOf(addresses.Of(server)) == NodeAddress.EndpointOf(ended.Other))
                progress.Rests = false;
        }
        return !AreMajority;
    }

    /// <summary>Ends the rest, if there is one.</summary>
    /// <returns>Whether there was one.</returns>
    public bool End()
    {
        if (!IsResting)
            return false;
        NoteContacts();
        IsResting = false;
        WokeAt = peer.Now;
        shared.Watch.Tell(new RestOver(settings.Group, _number, self), ActorRefs.NoSender);
        StopAsking();
        return true;
    }

    /// <summary>Whether the peer is in a rest with a number.</summary>
    public bool IsRest(long number) => IsResting && number == _number;

    /// <summary>What a leader that rests needs to go on after it has slept.</summary>
    public KeptLeadership Keep(LeaderState leading)
    {
        var others = new List<string>(leading.Followers.Length);
        int version = PeerHeader.CurrentVersion;
        int voters = configurations.Latest.Voters.Length;
        int mayLose = 1 - ((voters / 2) + 1);
        foreach (var (server, progress) in leading.Followers)
        {
            if (!progress.Rests)
                continue;
            others.Add(addresses.Of(server));
            version = Math.Min(version, progress.Version);
            if (configurations.Latest.IsVoter(server.Id))
                mayLose++;
        }
        // The loss of a learner, too, counts as that of a voter, so that nobody need keep who is one.
        return new KeptLeadership(leading.FirstIndex, leading.Reads.Context, leading.MajorityContact(peer.Now), version,
            others, Math.Max(0, mayLose));
    }

    /// <summary>Goes on with the rest in which the peer fell asleep.</summary>
    public void GoOn(SleepingPeer slept)
    {
        IsResting = true;
        (_number, _began) = (slept.Rest, slept.RestBegan);
        if (slept.Leadership is not { } kept)
        {
            _leader = (slept.LeaderId, addresses.Of(configurations.Latest.Find(slept.LeaderId)!));
            return;
        }
        foreach (var (server, progress) in peer.Leading!.Followers)
            if (kept.Others.Contains(addresses.Of(server)))
                progress.GoOn(log.LastIndex, kept.Version);
    }

    /// <summary>The peer has slept, and its rest is over.</summary>
    public void Forget(SleepingPeer slept) =>
        shared.Watch.Tell(new RestOver(settings.Group, slept.Rest, self), ActorRefs.NoSender);

    /// <summary>Takes note of when the nodes were heard with which the peer rests.</summary>
    public void NoteContacts()
    {
        if (!IsResting)
            return;
        LastContact = peer.Now;
        if (peer.Leading is not { } leading)
        {
            NoteContact(_leader.MemberId, _leader.Address);
            return;
        }
        foreach (var (server, progress) in leading.Followers)
            if (progress.Rests)
                progress.WasThere(NoteContact(server.Id, addresses.Of(server)));
    }

    private TimeSpan NoteContact(string memberId, string address)
    {
        // The watch may not know of this rest yet.
        var heard = shared.Contacts.Heard(settings.Self.Address, address) ?? _began;
        if (heard < _began)
            heard = _began;
        addresses.NoteNode(memberId, heard);
        if (heard < LastContact)
            LastContact = heard;
        return heard;
    }

    private void Begin(IReadOnlyList<string> others)
    {
        IsResting = true;
        _began = peer.Now;
        bool leads = peer.Leading is not null;
        var interval = settings.ElectionTimeoutMax / 4;
        var began = new RestBegan(settings.Group, ++_number, self, leads, peer.Term, settings.Self.Address, others)
        {
            Interval = interval,
            // The silence is noticed at a heartbeat of this node, and in an election timeout at most.
            Timeout = settings.ElectionTimeoutMax - interval,
            SleepAfter = settings.SleepAfter,
        };
        shared.Watch.Tell(began, ActorRefs.NoSender);
    }

    private bool AreMajority => configurations.Latest.HasMajority(
        server => server.Id == settings.MemberId || peer.Leading!.Find(server.Id) is { Progress.Rests: true });

    private bool MayRest(LeaderState leading)
    {
        var configuration = configurations.Latest;
        bool isSettled = IsPossible
            && log.CommitIndex >= leading.FirstIndex
            && machine.IsRunning
            && machine.AppliedIndex == log.LastIndex
            && machine.OpenSessions == 0
            && leading.Reads.Count == 0
            && !configuration.IsJoint
            && configuration.GroupId.Length > 0
            && !peer.IsBusy;
        if (!isSettled)
            return false;
        int priority = configuration.Find(settings.MemberId)?.Priority ?? 0;
        foreach (var (server, progress) in leading.Followers)
        {
            bool isReady = server.IsBound
                && progress is { State: ProgressState.Replicate, Inflight: 0, KnowsOtherStores: false, RebuildFrom: 0 }
                && progress.MatchIndex == log.LastIndex
                && progress.Version >= PeerHeader.Resting
                && (server.Priority <= priority || !configuration.IsIncomingVoter(server.Id));
            // A member that has never been there waits until the leader contacts it.
            if (!isReady && (!server.IsBound || !IsSilent(progress)))
                return false;
        }
        return true;
    }

    private bool IsSilent(FollowerProgress progress) =>
        peer.Now - progress.LastContact >= settings.ElectionTimeoutMax;
}
