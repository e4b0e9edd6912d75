using Akka.Event;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Election timers, and votes as a voter gives them (paper, sections 5.2 and 5.4.1; dissertation, sections 4.2.3 and 9.6).
internal sealed partial class RaftActor
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private CandidateState? _election;
    private TimeSpan _electionTimeout;

    // Since when nothing has happened that makes an election needless.
    private TimeSpan _quietSince;

    // When a leader of this term was last heard of; null also when the connection to it was lost.
    private TimeSpan? _leaderHeard;
    private bool _graceRuns;

    /// <summary>Whether a leader is known to live, so that nobody who asks for votes can be right (stickiness).</summary>
    private bool HearsLeader
    {
        get
        {
            var heard = _leading is { } leading ? leading.MajorityContact(Now) : _leaderHeard;
            return Now - heard < _settings.ElectionTimeoutMin;
        }
    }

    /// <summary>Draws a new election timeout, from now on.</summary>
    private void RestartElectionTimer()
    {
        _electionTimeout = _random.Between(_settings.ElectionTimeoutMin, _settings.ElectionTimeoutMax);
        _quietSince = Now;
        Timers.StartSingleTimer(ElectionTimeout.Instance, ElectionTimeout.Instance, _electionTimeout);
    }

    // A message from the leader only notes the time: the running timer finds out when it fires, and goes on for what is left.
    private void OnElectionTimeout()
    {
        var left = _electionTimeout - (Now - _quietSince);
        if (left > TimeSpan.Zero)
            Timers.StartSingleTimer(ElectionTimeout.Instance, ElectionTimeout.Instance, left < Millisecond ? Millisecond : left);
        else
            BecomePreCandidate();
    }

    /// <summary>Answers a candidate.</summary>
    /// <param name="request">What it asks.</param>
    /// <param name="makesWay">Whether this peer, if it campaigns itself, makes way for the candidate.</param>
    private void OnRequestVote(RequestVote request, bool makesWay = true)
    {
        var header = request.Header;
        bool ignored = (HearsLeader || IsBoundByLease) && !request.Transfer;
        if (!ignored && !request.PreVote && request.Term > Term)
            BecomeFollower(request.Term, null, formerAnswers: request.Transfer && FollowedLeader is not null);

        bool granted = !ignored
            && (request.PreVote ? request.ElectionTerm > Term : request.Term == Term && _hardState.MayVoteFor(header.MemberId, header.StoreId))
            && _log.IsUpToDate(request.LastLogIndex, request.LastLogTerm)
            && IsVerified
            && MeetsFloor(request.LastLogTerm, request.LastLogIndex)
            && makesWay
            && MayVoteFor(request);
        if (granted && !request.PreVote)
        {
            // It has asked for pre-votes, and another candidate was faster.
            if (_election is { PreVote: true })
                BecomeFollower(Term, null);
            _hardState = _hardState.Voting(header.MemberId, header.StoreId);
            _quietSince = Now;
            RequestFlush();
        }
        Send(header.Address, new RequestVoteReply(Header(header.StoreId), granted, request.PreVote, request.ElectionTerm)
        {
            LeaderAddress = LeaderAddressFor(header),
            Stores = StoresUnlike(request.StoresDigest),
        });
        TellIfRemoved(header);
    }

    // A wiped disk under an old name has no vote: see Founding.
    private bool MayVoteFor(RequestVote request)
    {
        if (!_log.IsEmpty)
            return Configuration.Find(_self.Id) is not { } self || self.StoreId == _storeId;
        if (_founding.State is not (FoundingState.AllEmpty or FoundingState.Recognised))
            return false;
        if (request.LastLogIndex > 0)
            return true;
        bool same = _founding.State == FoundingState.AllEmpty && _founding.Proposed.Equals(request.Founding);
        if (!same)
            Log.Warning("{0}: no vote for {1}, which would found the group with [{2}]; this peer knows [{3}].", PersistenceId, request.Header.MemberId, request.Founding, _founding.Proposed);
        return same;
    }

    private bool MayCampaign => _removedAt == 0 && IsVerified && MeetsFloor(_log.LastTerm, _log.LastIndex) && (_log.IsEmpty ? _founding.State == FoundingState.AllEmpty : HasVote);

    // Also while a configuration without this peer is not known to be committed (dissertation, section 4.2.2): those who have yet to get it may need this peer's vote, and not be up-to-date enough for it. Then
    // it leads without counting itself, until it is.
    private bool HasVote => Configuration.Counts(_self.Id, _storeId)
        || (!IsConfigurationCommitted && _configurations.At(_configurations.LatestIndex - 1).Configuration.Counts(_self.Id, _storeId));

    private void StartElection(long term, bool preVote, bool transfer = false)
    {
        _election = new CandidateState(term, preVote, _log.IsEmpty ? _founding.Proposed : Configuration, transfer);
        foreach (var server in _election.Configuration.Servers)
        {
            if (server.Id != _self.Id && _election.Configuration.IsVoter(server.Id))
                AddressesOf(server).ForEach(AskForVote);
        }
    }

    private void AskForVote(string address)
    {
        var election = _election!;
        Send(address, new RequestVote(Header(), _log.LastIndex, _log.LastTerm, election.PreVote, election.Transfer, _log.IsEmpty ? election.Configuration : null) { StoresDigest = _stores.Digest });
    }

    private void OnRequestVoteReply(RequestVoteReply reply)
    {
        GetInTouch(reply.LeaderAddress);
        if (_election is not { } election || !election.Configuration.Counts(reply.Header.MemberId, reply.Header.StoreId))
            return;
        if (reply.Term > Term)
        {
            BecomeFollower(reply.Term, null);
            return;
        }
        Learn(reply.Stores);
        if (_election != election)
            return;
        if (!reply.Granted || reply.PreVote != election.PreVote || reply.ElectionTerm != election.Term)
            return;
        election.Grant(reply.Header.MemberId, reply.Header.StoreId);
        OnVoteCounted(election);
    }

    private void OnVoteCounted(CandidateState election)
    {
        if (!election.IsWon)
            return;
        if (election.PreVote)
            BecomeCandidate();
        else
            BecomeLeader(election.Configuration);
    }

    private void LeaveElection() => _election = null;

    private void SubscribeToLostConnections() => Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));

    // Published also for attempts that never connected, and twice a loss: it only counts if the leader stays silent.
    private void OnDisassociated(DisassociatedEvent lost)
    {
        OnFormerLeaderDisassociated(lost.RemoteAddress);
        // With leases it would break the promise.
        if (_graceRuns || Configuration.Lease > TimeSpan.Zero || !NodeAddress.IsAt(_leader?.Member.Address, lost.RemoteAddress))
            return;
        _graceRuns = true;
        Timers.StartSingleTimer(DisconnectGrace.Instance, DisconnectGrace.Instance, _random.Between(_settings.DisconnectGraceMin, _settings.DisconnectGraceMax));
    }

    private void OnDisconnectGrace()
    {
        _graceRuns = false;
        if (_leader is not { } leader || Configuration.Lease > TimeSpan.Zero)
            return;
        Log.Info("{0}: the connection to the leader {1} was lost.", PersistenceId, leader.Member.Id);
        _leaderHeard = null;
        BecomePreCandidate();
    }

    private void StopDisconnectGrace()
    {
        if (!_graceRuns)
            return;
        _graceRuns = false;
        Timers.Cancel(DisconnectGrace.Instance);
    }

    private sealed record ElectionTimeout
    {
        public static readonly ElectionTimeout Instance = new();
    }

    private sealed record DisconnectGrace
    {
        public static readonly DisconnectGrace Instance = new();
    }
}
