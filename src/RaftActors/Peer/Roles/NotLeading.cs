using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// What followers and candidates have in common: they do not lead. What only a leader can do they pass on to the leader,
// if there is one, or refuse.
internal sealed partial class RaftActor
{
    private void ReceiveWithoutLeading(object message)
    {
        switch (message)
        {
            // Clients of this node: their requests go to the leader, or wait until one is known.
            case IProposal request: _requests.PassOn(request, Sender); break;
            case Query query: _requests.PassOn(query, Sender); break;
            case TransferLeadership transfer: _requests.PassOn(transfer, Sender); break;

            // Other peers that take this one for the leader: they look for the leader themselves.
            case ForwardProposal proposal: _requests.Refuse(proposal); break;
            case ForwardTransfer transfer: _requests.Refuse(transfer); break;
            case ReadIndex request: _requests.Refuse(request); break;
            case ConfirmLeadership request: _requests.Refuse(request, Sender); break;

            case Campaign campaign: OnCampaign(campaign); break;
            case MemberChanges.Timeout: _changes.OnTimeout(); break;
            case StoreReplaced replaced: OnStoreReplaced(replaced); break;

            // Ignored: late answers to what this server asked as a candidate, or sent as a leader.
            case RequestVoteReply or AppendEntriesReply or InstallSnapshotReply: break;

            default: ReceiveInAnyRole(message); break;
        }
    }
}
