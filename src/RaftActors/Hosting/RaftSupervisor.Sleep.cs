using Akka.Actor;
using RaftActors.Groups;
using RaftActors.Placement;
using RaftActors.Resting;

namespace RaftActors;

// A peer that sleeps (Resting/SleepingPeer.cs). The supervisor stays, and is what the group costs. It starts the peer
// for whatever is told to the group, and holds messages back meanwhile, so that the peer gets them in their order.
internal sealed partial class RaftSupervisor
{
    private Sleep _sleep;

    // What is kept of the peer, from when it falls asleep until it has recovered.
    private SleepingPeer? _sleeper;

    private enum Sleep
    {
        /// <summary>The peer runs, or does not for another reason.</summary>
        None,

        /// <summary>The peer has been told to fall asleep.</summary>
        FallingAsleep,

        /// <summary>The peer sleeps.</summary>
        Asleep,

        /// <summary>The peer sleeps, and waits for its turn to start.</summary>
        WaitingToWake,

        /// <summary>The peer is being started.</summary>
        Waking,
    }

    // ---- It falls asleep

    private void OnPeerIsSleepy()
    {
        if (_sleep != Sleep.None || _peer is not { } peer || !_isPeerStarted || _outage is not null)
            return;
        _sleep = Sleep.FallingAsleep;
        peer.Tell(FallAsleep.Instance);
    }

    private void OnPeerStaysAwake()
    {
        _sleep = Sleep.None;
        if (_peer is not null)
            TransferHeldBack();
    }

    // Whether the peer has stopped because it sleeps.
    private bool OnPeerStoppedToSleep()
    {
        if (_sleep == Sleep.FallingAsleep && _sleeper is not null && _final is null)
        {
            _sleep = Sleep.Asleep;
            (_startsAtOnce, _failures) = (false, 0);
            if (_heldBack.Count > 0)
                Awake();
            return true;
        }
        GiveUpSleep();
        return false;
    }

    // The peer has failed, before it slept or before it has recovered. What waits for it has the usual answers.
    private void GiveUpSleep()
    {
        bool wasHolding = _sleep != Sleep.None;
        ForgetSleeper();
        for (int left = wasHolding ? _heldBack.Count : 0; left > 0; left--)
        {
            var (message, sender) = _heldBack.Dequeue();
            AnswerWithoutPeer(message, sender);
        }
    }

    // ---- It wakes

    /// <summary>Whether a message waits for a peer that sleeps, or was one for nobody.</summary>
    private bool HoldForSleeper(object message, IActorRef sender)
    {
        switch (_sleep)
        {
            case Sleep.None or Sleep.Waking when _peer is not null || _sleep == Sleep.None:
                return false;
            case Sleep.Asleep when !Wakes(message, sender):
                return true;
            case Sleep.Asleep or Sleep.WaitingToWake:
                HoldBack(message, sender);
                if (message is not (RestEnded or PrepareToStop))
                    Awake();
                else if (_sleep == Sleep.Asleep)
                    AwakeInTurn();
                return true;
            default:
                HoldBack(message, sender);
                return true;
        }
    }

    private bool Wakes(object message, IActorRef sender)
    {
        switch (message)
        {
            case SleepDue:
                return false;
            case RestEnded ended when ended.Number != _sleeper!.Rest:
                return false;
            case RestEnded { Why: RestEnd.NodeLost } ended when _sleeper!.Without(ended.Other) is { } without:
                _sleeper = without;
                return false;
            case PrepareToStop when _sleeper!.Leadership is null:
                sender.Tell(new ReadyToStop(HasHandedOver: false));
                return false;
            default:
                return true;
        }
    }

    private void HoldBack(object message, IActorRef sender)
    {
        if (_heldBack.Count < MaxHeldBack)
            _heldBack.Enqueue((message, sender));
        else
            AnswerWithoutPeer(message, sender);
    }

    // After the loss of a node, or before the end of this one, thousands of peers wake.
    private void AwakeInTurn()
    {
        if (_permits is null)
        {
            Awake();
            return;
        }
        _sleep = Sleep.WaitingToWake;
        _permits.Tell(Permits.Requested.Instance);
    }

    // Somebody waits for an answer.
    private void Awake()
    {
        _sleep = Sleep.Waking;
        StartPeer();
    }

    private void OnPermit()
    {
        if (_sleep == Sleep.WaitingToWake)
            Awake();
        else if (_sleep == Sleep.None && _peer is null)
            StartPeer();
    }

    private void OnPeerAwake()
    {
        _sleep = Sleep.None;
        _sleeper = null;
    }

    // The node must not go on to take the group for one that rests here.
    private void ForgetSleeper()
    {
        _sleep = Sleep.None;
        if (_sleeper is not { } sleeper)
            return;
        _sleeper = null;
        _shared.Watch.Tell(new RestOver(_settings.Group, sleeper.Rest, Self), ActorRefs.NoSender);
        _shared.Watch.Tell(new GroupGone(_settings.Group, Self), ActorRefs.NoSender);
    }

    /// <summary>Sent by a peer that has rested for long enough to sleep.</summary>
    internal sealed record PeerIsSleepy
    {
        public static readonly PeerIsSleepy Instance = new();
    }

    /// <summary>
    /// Tells a peer to fall asleep. The peer has got all messages that came before, and gets none that come after.
    /// </summary>
    internal sealed record FallAsleep : INoSerializationVerificationNeeded
    {
        public static readonly FallAsleep Instance = new();
    }

    /// <summary>Sent by a peer that sleeps, before it stops.</summary>
    internal sealed record PeerIsAsleep(SleepingPeer Peer);

    /// <summary>Sent by a peer that has something to do after all.</summary>
    internal sealed record PeerStaysAwake
    {
        public static readonly PeerStaysAwake Instance = new();
    }
}
