using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// What candidates and pre-candidates have in common (paper, Figure 2, "Rules for Servers: Candidates"; section 5.2).
// They ask for votes until one of three things happens: they win, another server leads, or an election timeout goes by.
internal sealed partial class RaftActor
{
    private CandidateState? _election;

    private void ReceiveWhileCampaigning(object message)
    {
        switch (message)
        {
            case RequestVoteReply reply: OnRequestVoteReply(reply); break;
            case AppendEntries append: FollowInstead(append.Header); OnAppendEntries(append); break;
            case InstallSnapshot install: FollowInstead(install.Header); OnInstallSnapshot(install); break;
            case ElectionTimeout: OnElectionTimeout(); break;

            case DisconnectGrace: break; // Ignored: it follows no leader whose connection could be lost.

            default: ReceiveWithoutLeading(message); break;
        }
    }

    private bool MayCampaign =>
        !_removal.IsKnown && _ownStore.IsVerified && _ownStore.MeetsFloor(_raftLog.LastTerm, _raftLog.LastIndex)
        && (_raftLog.IsEmpty ? _bootstrapper.MayFound : HasVote);

    // Also while a configuration without this peer is not known to be committed (dissertation, section 4.2.2): servers
    // that have yet to get that configuration may need this peer's vote, and not be up-to-date enough for it. Then this
    // peer leads without counting itself, until the configuration is committed.
    private bool HasVote => Configuration.Counts(_self.Id, _storeId)
        || (!IsConfigurationCommitted && FormerConfiguration.Counts(_self.Id, _storeId));

    private Configuration FormerConfiguration => _configurations.At(_configurations.LatestIndex - 1).Configuration;

    /// <summary>Whether this peer has promised to elect nobody for now.</summary>
    private bool IsBoundByLease => _leases.BindVoter(leads: _leading is not null, Now);

    private void StartElection(long term, bool preVote, bool transfer = false)
    {
        _election =
            new CandidateState(term, preVote, _raftLog.IsEmpty ? _bootstrapper.Proposed : Configuration, transfer);
        foreach (var server in _election.Configuration.Servers)
        {
            if (server.Id != _self.Id && _election.Configuration.IsVoter(server.Id))
                _addresses.AllOf(server).ForEach(AskForVote);
        }
    }

    private void AskForVote(string address)
    {
        var election = _election!;
        var founding = _raftLog.IsEmpty ? election.Configuration : null;
        Send(
            address,
            new RequestVote(Header(), _raftLog.LastIndex, _raftLog.LastTerm, election.PreVote, election.Transfer,
            founding)
            {
                StoresDigest = _stores.Known.Digest,
            });
    }

    private void OnRequestVoteReply(RequestVoteReply reply)
    {
        _introductions.GetInTouch(reply.LeaderAddress);
        var header = reply.Header;
        if (_election is not { } election || !election.Configuration.Counts(header.MemberId, header.StoreId))
            return;
        if (reply.Term > Term)
        {
            BecomeFollower(reply.Term, null);
            return;
        }
        _introductions.Learn(reply.Stores);
        if (_election != election)
            return;
        if (!reply.Granted || reply.PreVote != election.PreVote || reply.ElectionTerm != election.Term)
            return;
        election.Grant(header.MemberId, header.StoreId);
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

    // Another server has won the election of this term, or of a later one.
    private void FollowInstead(PeerHeader leader)
    {
        if (leader.Term >= Term)
            BecomeFollower(leader.Term, LeaderFrom(leader));
    }

    private void DropElection() => _election = null;
}
