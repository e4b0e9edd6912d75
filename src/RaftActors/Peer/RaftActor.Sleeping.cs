using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Resting;

namespace RaftActors;

// A peer that has rested for long sleeps: its actors stop, and its supervisor keeps a few numbers (SleepingPeer). The
// next actor of the peer reads the store and goes on.
internal sealed partial class RaftActor
{
    // What was kept of the peer that slept; null for a peer that starts.
    private readonly SleepingPeer? _slept;

    /// <summary>What is kept of the peer, once it falls asleep.</summary>
    public SleepingPeer? Asleep { get; private set; }

    // Nothing but the rest is under way, and a start from the store brings back everything that a client may know of.
    private bool MaySleep => _rest.IsResting
        && _leader is not null
        && _writeAhead is { IsDurable: true, WritingSince: null }
        && PersistedIndex == _raftLog.LastIndex
        && _raftLog.CommitIndex == _raftLog.LastIndex
        && IsConfigurationCommitted
        && !Configuration.IsJoint
        && !_settings.LeaseReads
        && Configuration.Lease == TimeSpan.Zero
        && _ownStore.IsWhole
        && !_replica.IsSetAside
        && _machine.MaySleep
        && AppliedIndex == _raftLog.LastIndex
        && _leading is null or { HandedOver: false, Reads.Count: 0 }
        && !IsTransferring
        && !_transfers.IsStopping
        && !_changes.IsUnderWay
        && _reads.Count == 0
        && _forwarding.IsEmpty
        && _proposals.Pending.Count == 0
        && _subscribers.Count == 0
        && _snapshots.IsIdle
        && _scrubbing.Damages.Count == 0
        && !HasWorkingChildren
        && AreAllWhereTheLogSays;

    private bool HasWorkingChildren
    {
        get
        {
            foreach (var child in Context.GetChildren())
                if (!_machine.Is(child))
                    return true;
            return false;
        }
    }

    private bool AreAllWhereTheLogSays
    {
        get
        {
            foreach (var server in Configuration.Servers)
                if (server.Id != _self.Id && _addresses.Of(server) != server.Address)
                    return false;
            return Configuration.Find(_self.Id)?.StoreId == _storeId
                && Configuration.Find(_leader!.Member.Id) is { } leader && leader.StoreId == _leader.StoreId
                && (_leading is not null || leader.Address == _leader.Member.Address);
        }
    }

    // The supervisor then holds back what comes, so that all that came before is here.
    private void OnSleepDue(SleepDue due)
    {
        if (MaySleep && _rest.IsRest(due.Rest))
            Context.Parent.Tell(RaftSupervisor.PeerIsSleepy.Instance);
    }

    private void OnFallAsleep()
    {
        if (!MaySleep)
        {
            Context.Parent.Tell(RaftSupervisor.PeerStaysAwake.Instance);
            return;
        }
        Asleep = new SleepingPeer
        {
            StoreId = _storeId,
            Incarnation = _ownStore.Incarnation,
            LastEvent = LastSequenceNr,
            HardState = HardState,
            LastIndex = _raftLog.LastIndex,
            LastTerm = _raftLog.LastTerm,
            Rest = _rest.Number,
            RestBegan = _rest.Began,
            LeaderId = _leader!.Member.Id,
            Leadership = _leading is { } leading ? _rest.Keep(leading) : null,
        };
        Log.Debug("{0}: the peer falls asleep.", PersistenceId);
        Context.Parent.Tell(new RaftSupervisor.PeerIsAsleep(Asleep));
        Context.Stop(Self);
    }

    // Whether the peer may go on: its store is what it was when the peer fell asleep.
    private bool IsAsItWas(SleepingPeer slept) => slept.StoreId == _storeId
        && slept.LastEvent == LastSequenceNr
        && slept.HardState == HardState
        && slept.LastIndex == _raftLog.LastIndex
        && slept.LastTerm == _raftLog.LastTerm
        && slept.Incarnation == _stores.Known.IncarnationOf(_storeId)
        && !_stores.Known.IsSetBack(_storeId);

    private void WakeAsAnother(SleepingPeer slept)
    {
        Log.Warning("{0}: while the peer slept, its store changed: it had event {1} and entry {2} as its last ones. "
            + "The peer starts as after a crash.", PersistenceId, slept.LastEvent, slept.LastIndex);
        _rest.Forget(slept);
    }

    // The group goes on to rest. What wakes a peer that rests is still to come: the message for which the peer was
    // started.
    private void GoOn(SleepingPeer slept)
    {
        Log.Debug("{0}: the peer has slept, term {1}, log up to {2}.", PersistenceId, Term, _raftLog.LastIndex);
        Context.Parent.Tell(RaftSupervisor.PeerStarted.Instance);
        _leases.Start(Now);
        _replica.Start();
        _ownStore.GoOn();
        _scrubbing.Start();
        StartStateMachine();
        if (_raftLog.CommitTo(slept.LastIndex))
            OnCommitted();
        if (slept.Leadership is { } kept)
            LeadOn(kept);
        else
            FollowOn(slept.LeaderId);
        _rest.GoOn(slept);
        Settle();
    }

    private void LeadOn(KeptLeadership kept)
    {
        EnterRole(RaftRole.Leader, Leader);
        _leading = NewLeadership(Configuration, kept.Confirmed, kept.FirstIndex, kept.ReadContext);
        SetLeader(new LeaderInfo(_self, _storeId, Term, HardState.GroupId));
    }

    private void FollowOn(string leaderId)
    {
        var leader = Configuration.Find(leaderId)!;
        EnterRole(RaftRole.Follower, Follower);
        SetLeader(new LeaderInfo(
            new Member(leaderId, leader.Address), leader.StoreId, Term, HardState.GroupId));
    }
}
