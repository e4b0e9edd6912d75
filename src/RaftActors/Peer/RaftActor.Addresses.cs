using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// What the peer does about where members are.
internal sealed partial class RaftActor
{
    private readonly MemberAddresses _addresses;

    /// <summary>Takes note of where a message comes from.</summary>
    /// <returns>Whether the message counts: not one of a second node that runs with the same store.</returns>
    private bool NoteAddress(PeerHeader header)
    {
        if (_addresses.Note(header, Now))
            return true;
        Count("own name");
        if (_addresses.AddressBesideRival(header.MemberId) is { } other)
            _identity.Refuse(header, RefusalReason.StoreInUse, other);
        return false;
    }

    private void GetInTouch(string leaderAddress)
    {
        if (leaderAddress.Length > 0 && _leader is null)
            Send(leaderAddress, new AskIdentity(Header(), 0));
    }

    /// <summary>Records where members are, by one entry.</summary>
    private void RecordAddresses()
    {
        if (_leading is not { } leading || Configuration.IsJoint || !IsConfigurationCommitted || IsTransferring
            || _raftLog.CommitIndex < leading.FirstIndex)
        {
            return;
        }
        if (_addresses.Moved() is var moved && !ReferenceEquals(moved, Configuration))
            AppendConfiguration(moved);
    }
}
