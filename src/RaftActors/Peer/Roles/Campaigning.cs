using RaftActors.Protocol;

namespace RaftActors;

// What candidates and pre-candidates have in common (paper, section 5.2). They ask for votes until one of three things
// happens: they win, another server leads, or an election timeout goes by.
internal sealed partial class RaftActor
{
    private void ReceiveWhileCampaigning(object message)
    {
        switch (message)
        {
            case RequestVoteReply reply: OnRequestVoteReply(reply); break;
            case AppendEntries append: FollowInstead(append.Header); OnAppendEntries(append); break;
            case InstallSnapshot install: FollowInstead(install.Header); OnInstallSnapshot(install); break;
            case ElectionTimeout: OnElectionTimeout(); break;

            // Ignored: there is no leader whose connection could be lost.
            case DisconnectGrace: break;

            default: ReceiveWithoutLeading(message); break;
        }
    }

    // Another server has won the election of this term, or of a later one.
    private void FollowInstead(PeerHeader leader)
    {
        if (leader.Term >= Term)
            BecomeFollower(leader.Term, LeaderFrom(leader));
    }
}
