using RaftActors.Client;
using RaftActors.Cluster.Wire;

namespace RaftActors.Cluster;

/// <summary>What the coordinator knows of the peer on its own node, as far as the peer has said.</summary>
internal sealed class OwnPeer
{
    // Whether the peer has followed a leader, or led, since it was started.
    private bool _hasKnownLeader;

    /// <summary>What other nodes are told of the peer.</summary>
    public ContactState State { get; private set; } = ContactState.Starting;

    /// <summary>The latest status; <c>null</c> if the peer has not recovered yet, or has stopped.</summary>
    public RaftStatus? Status { get; private set; }

    /// <summary>The members as the peer knows them; <c>null</c> if the peer has never said.</summary>
    public GroupMembers? Members { get; set; }

    /// <summary>Whether the peer leads the group.</summary>
    public bool IsLeader => Status is { Role: RaftRole.Leader };

    /// <summary>The identity of the group; empty as long as the peer's log has none.</summary>
    public string GroupId => Status?.GroupId ?? "";

    /// <summary>Called when the peer has another leader, or none.</summary>
    public void OnLeader(bool isKnown) => _hasKnownLeader |= isKnown;

    /// <summary>Called when the peer has said how it is.</summary>
    public void OnStatus(RaftStatus status)
    {
        Status = status;
        OnLeader(status.Leader is not null);
        bool hasLog = status.LastIndex > 0 || status.SnapshotIndex > 0;
        State = hasLog ? ContactState.HasLog : ContactState.Empty;
    }

    /// <summary>
    /// Called when the peer has stopped for good. A removed peer that has not known a leader was removed while it was
    /// down, and may come back. A peer that was removed while it ran stays out until its node is started again, because
    /// whoever removed it wanted it so.
    /// </summary>
    public void OnStopped(bool isRemoved)
    {
        Status = null;
        if (State is not (ContactState.Returned or ContactState.Stopped))
            State = isRemoved && !_hasKnownLeader ? ContactState.Returned : ContactState.Stopped;
    }

    /// <summary>Called when the peer starts again, because its member was added again.</summary>
    public void OnReturned() => (State, _hasKnownLeader) = (ContactState.Starting, false);
}
