using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A path where no actor is: what is told to it becomes a dead letter, whoever watches it learns so at once.</summary>
internal class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    public override bool IsTerminated => true;

    internal override void SendSystemMessage(ISystemMessage message) => HandleSpecial(message, Provider.DeadLetters);

    protected override void TellInternal(object message, IActorRef? sender)
    {
        switch (message)
        {
            case null:
                throw new InvalidMessageException();
            case DeadLetter letter:
                HandleSpecial(letter.Message, letter.Sender);
                break;
            default:
                if (!HandleSpecial(message, sender))
                    Publish(new DeadLetter(message, sender ?? Provider.DeadLetters, this));
                break;
        }
    }

    protected void Publish(AllDeadLetters letter) => eventStream.Publish(letter);

    /// <summary>True if the message is no dead letter.</summary>
    protected virtual bool HandleSpecial(object message, IActorRef? sender)
    {
        switch (message)
        {
            case Watch watch:
                if (watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
                return true;
            case Unwatch:
                return true;
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                return true;
            case ActorSelectionMessage { Message: Identify identify } selection:
                if (!selection.WildCardFanOut)
                    sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                return true;
            case ActorSelectionMessage { Message: IDeadLetterSuppression suppressed }:
                Publish(new SuppressedDeadLetter(suppressed, sender ?? Provider.DeadLetters, this));
                return true;
            case ActorSelectionMessage selection:
                Publish(new DeadLetter(selection.Message, sender ?? Provider.DeadLetters, this));
                return true;
            case IDeadLetterSuppression suppressed:
                Publish(new SuppressedDeadLetter(suppressed, sender ?? Provider.DeadLetters, this));
                return true;
            default:
                return false;
        }
    }
}

/// <summary>Where messages go that have no recipient: onto the event stream, for whoever wants to know.</summary>
internal sealed class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : EmptyLocalActorRef(provider, path, eventStream)
{
    public override bool IsTerminated => false;

    protected override void TellInternal(object message, IActorRef? sender)
    {
        switch (message)
        {
            case null:
                throw new InvalidMessageException();
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, this), this);
                break;
            case DeadLetter letter:
                if (!HandleDead(letter))
                    Publish(letter);
                break;
            default:
                if (!HandleSpecial(message, sender))
                    Publish(new DeadLetter(message, sender ?? this, this));
                break;
        }
    }

    /// <summary>What a dead actor would have been told, it is this one's to answer.</summary>
    private bool HandleDead(DeadLetter letter)
    {
        switch (letter.Message)
        {
            case Watch watch:
                if (!watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
                return true;
            case IDeadLetterSuppression suppressed:
                Publish(new SuppressedDeadLetter(suppressed, letter.Sender, letter.Recipient));
                return true;
            default:
                return HandleSpecial(letter.Message, letter.Sender);
        }
    }
}
