using Akka.Actor;
using Akka.Event;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// A member that was removed learns so from the leader that removes it. If that message is lost, the member learns so
// from whomever it asks for a vote or for its membership. Then it stops. Until then pre-vote and stickiness keep it
// from disturbing the others (dissertation, section 4.2.3).
internal sealed partial class RaftActor
{
    // Set once this peer knows that the group goes on without it.
    private Removal? _removal;

    /// <summary>Tells a peer that the group, as far as is known to be committed here, goes on without it.</summary>
    private void TellIfRemoved(PeerHeader header)
    {
        var (index, committed) = _configurations.At(_raftLog.CommitIndex);
        if (index > 0 && committed.Find(header.MemberId) is null && Configuration.Find(header.MemberId) is null)
            Send(header.Address, new MemberRemoved(Header(header.StoreId), index));
    }

    // A peer that lags behind may say so, or it may mean an earlier membership under this name: then a later
    // configuration names this very store. No configuration names a peer that has just been added, until the peer reads
    // it in its log.
    private void OnMemberRemoved(MemberRemoved removed)
    {
        long named = _configurations.LastNaming(_self.Id, _storeId);
        if (named >= 1 && removed.Index > named)
            Leave(removed.Index);
    }

    private void Leave(long index)
    {
        if (_removal is not null)
            return;
        Log.Info("{0}: the member is removed from the group by the configuration at index {1}.", PersistenceId, index);
        _removal = new Removal(index, Now + _settings.ElectionTimeoutMax);
        _changes.OnRemoved(index);
        OnStopWhenAnswered();
    }

    // The answers to what was forwarded are under way.
    private void OnStopWhenAnswered()
    {
        if (_removal is not { } removal)
            return;
        if (_configurations.LastNaming(_self.Id, _storeId) > removal.Index)
        {
            Log.Info("{0}: the member was added again meanwhile; it stays.", PersistenceId);
            _removal = null;
            return;
        }
        if (_forwarding.IsEmpty || Now >= removal.StopsAt)
        {
            Context.Parent.Tell(new RaftSupervisor.PeerLeft(removal.Index));
            Context.Stop(Self);
            return;
        }
        StartTimer(StopWhenAnswered.Instance, _settings.HeartbeatInterval);
    }

    // Nobody has to tell a learner that it was removed, and it asks for no votes: so it asks when it hears nothing.
    private void AskForMembership()
    {
        if (_raftLog.IsEmpty)
            return;
        foreach (var server in Configuration.Servers)
        {
            if (server.Id != _self.Id)
                _addresses.AllOf(server).ForEach(address => Send(address, new AskIdentity(Header(), 0)));
        }
    }

    /// <summary>The end of this peer's membership.</summary>
    /// <param name="Index">The index of the configuration without this peer.</param>
    /// <param name="StopsAt">When the peer stops, whether what it forwarded was answered or not.</param>
    private sealed record Removal(long Index, TimeSpan StopsAt);

    private sealed record StopWhenAnswered
    {
        public static readonly StopWhenAnswered Instance = new();
    }
}
