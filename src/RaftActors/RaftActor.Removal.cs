using Akka.Actor;
using Akka.Event;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// A member that was removed learns so from the leader that removes it, or, if that message is lost, from whomever it asks for a vote or for its membership; then it stops. Until then pre-vote and
// stickiness keep it from disturbing the others.
internal sealed partial class RaftActor
{
    // The index of the configuration without this peer, once it knows.
    private long _removedAt;
    private TimeSpan _stopsAt;

    /// <summary>Tells a peer that the group, as far as is known to be committed here, goes on without it.</summary>
    private void TellIfRemoved(PeerHeader header)
    {
        var (index, committed) = _configurations.At(_log.CommitIndex);
        if (index > 0 && committed.Find(header.MemberId) is null && Configuration.Find(header.MemberId) is null)
            Send(header.Address, new MemberRemoved(Header(header.StoreId), index));
    }

    // Of somebody who lags behind, or of an earlier membership under this name: then this very store has been named later. A peer that has just been added never was, until it reads so in its log.
    private void OnMemberRemoved(MemberRemoved removed)
    {
        long named = _configurations.LastNaming(_self.Id, _storeId);
        if (named >= 1 && removed.Index > named)
            Leave(removed.Index);
    }

    private void Leave(long index)
    {
        if (_removedAt > 0)
            return;
        Log.Info("{0}: the member is removed from the group by the configuration at index {1}.", PersistenceId, index);
        _removedAt = index;
        _stopsAt = Now + _settings.ElectionTimeoutMax;
        if (_change is { Index: > 0 } pending && index > pending.Index && pending.Change.Excludes(_self.Id))
        {
            _change = null;
            AnswerProposed(pending.ReplyTo, index, Term, null);
        }
        OnStopWhenAnswered();
    }

    // The answers to what was forwarded are under way.
    private void OnStopWhenAnswered()
    {
        if (_configurations.LastNaming(_self.Id, _storeId) > _removedAt)
        {
            Log.Info("{0}: the member was added again meanwhile; it stays.", PersistenceId);
            _removedAt = 0;
            return;
        }
        if (_forwards.IsEmpty || Now >= _stopsAt)
        {
            Context.Parent.Tell(new RaftSupervisor.PeerLeft(_removedAt));
            Context.Stop(Self);
            return;
        }
        StartTimer(StopWhenAnswered.Instance, _settings.HeartbeatInterval);
    }

    // Nobody has to tell a learner that it was removed, and it asks for no votes: so it asks when it hears nothing.
    private void AskForMembership()
    {
        if (_log.IsEmpty)
            return;
        foreach (var server in Configuration.Servers)
        {
            if (server.Id != _self.Id)
                AddressesOf(server).ForEach(address => Send(address, new AskIdentity(Header(), 0)));
        }
    }

    private sealed record StopWhenAnswered
    {
        public static readonly StopWhenAnswered Instance = new();
    }
}
