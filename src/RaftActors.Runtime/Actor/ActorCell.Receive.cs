using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

// Messages, ordinary and system.
internal sealed partial class ActorCell
{
    private SystemMessage? _stashedFirst;
    private SystemMessage? _stashedLast;
    private bool _terminated;

    private enum Mode
    {
        Default,
        Suspended,
        WaitingForChildren,
    }

    private Mode CurrentMode => _children.IsWaiting ? Mode.WaitingForChildren : Mailbox.IsSuspended ? Mode.Suspended : Mode.Default;

    public void Invoke(object message, IActorRef? sender)
    {
        _currentMessage = message;
        _sender = sender;
        _envelopeId++;
        try
        {
            if (_receiveTimeout is null)
            {
                Handle(message);
                if (_receiveTimeout is not null)
                    CheckReceiveTimeout();
            }
            else
            {
                HandleWithinReceiveTimeout(message);
            }
            _currentMessage = null;
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
    }

    /// <summary>Handles a message on this thread, whatever the mailbox does, and throws what the actor throws: for the TestKit.</summary>
    internal void HandleHere(object message, IActorRef? sender)
    {
        var outer = _current;
        _current = this;
        _currentMessage = message;
        _sender = sender;
        _envelopeId++;
        try
        {
            Handle(message);
        }
        finally
        {
            _currentMessage = null;
            _current = outer;
        }
    }

    internal void AsyncHandlerFinished()
    {
        Mailbox.Resume();
        CheckReceiveTimeout(_currentMessage is not INotInfluenceReceiveTimeout);
    }

    internal void SystemInvoke(SystemMessage message)
    {
        var mode = CurrentMode;
        var queue = message;
        while (queue is not null)
        {
            var current = queue;
            queue = current.Next;
            current.Next = null;
            if (_terminated)
            {
                DeadLetter(current);
                continue;
            }
            try
            {
                if ((mode == Mode.WaitingForChildren && current is IStashWhenWaitingForChildren) || (mode == Mode.Suspended && current is IStashWhenFailed))
                    StashSystemMessage(current);
                else
                    Process(current);
            }
            catch (Exception cause)
            {
                HandleInvokeFailure(cause);
            }
            var before = mode;
            mode = CurrentMode;
            // Each mode accepts what the next one does and more.
            if (mode < before || _terminated)
                queue = Append(queue, TakeStashedSystemMessages());
        }
    }

    private static SystemMessage? Append(SystemMessage? head, SystemMessage? tail)
    {
        if (head is null)
            return tail;
        var last = head;
        while (last.Next is not null)
            last = last.Next;
        last.Next = tail;
        return head;
    }

    private void Handle(object message)
    {
        if (message is IAutoReceivedMessage)
            AutoReceive(message);
        else
            _actor!.AroundReceive(_behavior, message);
    }

    internal void AutoReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case AddressTerminated terminated:
                AddressTerminated(terminated.Address);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case PoisonPill:
                _self.Stop();
                break;
            case ActorSelectionMessage selection:
                new ActorSelection(_self, selection.Elements).Tell(selection.Message, Sender);
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                break;
            default:
                _actor!.AroundReceive(_behavior, message);
                break;
        }
    }

    private void Process(SystemMessage message)
    {
        switch (message)
        {
            case ActorTaskStep step:
                RunTaskStep(step);
                break;
            case Failed failed:
                HandleFailed(failed);
                break;
            case DeathWatchNotification notification:
                WatchedActorTerminated(notification.Actor, notification.ExistenceConfirmed, notification.AddressTerminated);
                break;
            case Dispatch.SysMsg.Create:
                Create();
                break;
            case Watch watch:
                AddWatcher(watch.Watchee, watch.Watcher);
                break;
            case Unwatch unwatch:
                RemoveWatcher(unwatch.Watchee, unwatch.Watcher);
                break;
            case Recreate recreate:
                FaultRecreate(recreate.Cause);
                break;
            case Suspend:
                FaultSuspend();
                break;
            case Resume resume:
                FaultResume(resume.CausedByFailure);
                break;
            case Dispatch.SysMsg.Terminate:
                Terminate();
                break;
            default:
                throw new NotSupportedException($"Unknown system message {message}");
        }
    }

    private void RunTaskStep(ActorTaskStep step)
    {
        _currentMessage = step.Message;
        if (step.Exception is { } exception)
        {
            Mailbox.Resume();
            HandleInvokeFailure(exception);
            return;
        }
        step.Scheduler.RunNow(step.Task!);
        _currentMessage = null;
    }

    private void StashSystemMessage(SystemMessage message)
    {
        if (_stashedLast is null)
            _stashedFirst = message;
        else
            _stashedLast.Next = message;
        _stashedLast = message;
    }

    private SystemMessage? TakeStashedSystemMessages()
    {
        var first = _stashedFirst;
        _stashedFirst = _stashedLast = null;
        return first;
    }
}
