using System.Runtime.ExceptionServices;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

// Creation, failure, restart and termination.
internal sealed partial class ActorCell
{
    /// <summary>Who made this actor fail, itself or a child; null while all is well.</summary>
    private IActorRef? _perpetrator;

    /// <summary>The instance failed in its post-restart hook: it is not restarted once more, but replaced.</summary>
    private bool _restartFailed;

    private bool IsFailed => _perpetrator is not null;

    private void Create()
    {
        try
        {
            _actor = NewActor();
            _actor.AroundPreStart();
            CheckReceiveTimeout();
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug($"Started ({_actor})");
        }
        catch (Exception e)
        {
            CancelTimers();
            if (_actor is { } started)
                Release(started);
            // So that it is known to have failed in creation.
            _actor = null;
            throw new ActorInitializationException(_self, "Exception during creation", e);
        }
    }

    private void HandleInvokeFailure(Exception cause, IReadOnlyList<IActorRef>? childrenNotToSuspend = null)
    {
        if (IsFailed)
            return;
        try
        {
            Mailbox.Suspend();
            if (_currentMessage is Failed failed)
            {
                _perpetrator = failed.Child;
                childrenNotToSuspend = [.. childrenNotToSuspend ?? [], failed.Child];
            }
            else
            {
                _perpetrator = _self;
            }
            foreach (var child in _children.All())
            {
                if (childrenNotToSuspend is null || !childrenNotToSuspend.Contains(child))
                    child.Suspend();
            }
            Parent.SendSystemMessage(new Failed(_self, cause, _self.Path.Uid));
        }
        catch (Exception e)
        {
            Publish(e, "Emergency stop: exception in failure handling for " + cause);
            try
            {
                StopChildren();
            }
            finally
            {
                FinishTerminate();
            }
        }
    }

    private void FaultSuspend()
    {
        Mailbox.Suspend();
        foreach (var child in _children.All())
            child.Suspend();
    }

    private void FaultResume(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            Publish(null, "Changing Resume into Create after " + causedByFailure);
            FaultCreate();
            return;
        }
        var perpetrator = _perpetrator;
        Mailbox.Resume();
        if (causedByFailure is not null)
            _perpetrator = null;
        foreach (var child in _children.All())
            child.Resume(perpetrator is not null && child.Equals(perpetrator) ? causedByFailure : null);
    }

    private void FaultCreate()
    {
        SetReceiveTimeout(null);
        CancelReceiveTimeout();
        StopChildren();
        if (!_children.WaitFor(WaitReason.Creation))
            FinishCreate();
    }

    private void FinishCreate()
    {
        Mailbox.Resume();
        _perpetrator = null;
        try
        {
            Create();
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }
    }

    private void FaultRecreate(Exception cause)
    {
        if (_actor is null)
        {
            Publish(null, "Changing Recreate into Create after " + cause);
            FaultCreate();
        }
        else if (_children.IsNormal)
        {
            var failedActor = _actor;
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug("Restarting");
            var message = _currentMessage;
            try
            {
                if (!_restartFailed)
                    failedActor.AroundPreRestart(cause, message is SystemMessage ? null : message);
            }
            catch (Exception e)
            {
                // Best effort: there is nothing to do but to say so.
                Publish(new PreRestartException(_self, e, cause, message), e.Message);
            }
            DetachStash(failedActor);
            Release(failedActor);
            CancelReceiveTimeout();
            _currentMessage = null;
            if (!_children.WaitFor(WaitReason.Recreation, cause))
                FinishRecreate(cause);
        }
        else
        {
            // Being terminated: only keep suspends and resumes in balance.
            FaultResume(null);
        }
    }

    private void FinishRecreate(Exception cause)
    {
        // Before the new instance adds its own.
        var survivors = _children.All();
        try
        {
            Mailbox.Resume();
            _perpetrator = null;
            _actor = null;
            _actor = NewActor();
            _restartFailed = true;
            _actor.AroundPostRestart(cause, null);
            _restartFailed = false;
            CheckReceiveTimeout();
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug($"Restarted ({_actor})");
            foreach (var child in survivors)
                child.Restart(cause);
        }
        catch (Exception e)
        {
            HandleInvokeFailure(new PostRestartException(_self, e, cause), survivors);
        }
    }

    private void Terminate()
    {
        SetReceiveTimeout(null);
        CancelReceiveTimeout();
        // Nobody here wants to know any more who else died.
        UnwatchWatchedActors();
        var first = _children.Close();
        StopChildren();
        if (_children.WaitFor(WaitReason.Termination))
        {
            if (!first)
                return;
            // Ordinary messages wait for nothing any more, and failures are nobody's business.
            Mailbox.Suspend();
            _perpetrator = _self;
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug("Stopping");
        }
        else
        {
            FinishTerminate();
        }
    }

    /// <summary>The order matters: the parent frees the name before any watcher can want it.</summary>
    private void FinishTerminate()
    {
        _children.SetTerminated();
        var actor = _actor;
        try
        {
            actor?.AroundPostStop();
        }
        catch (Exception e)
        {
            Publish(e, e.Message);
        }
        if (actor is not null)
            DetachStash(actor);
        CancelTimers();
        CancelReceiveTimeout();
        _terminated = true;
        Mailbox.Close();
        Parent.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true, addressTerminated: false));
        TellWatchersWeDied();
        UnwatchWatchedActors();
        if (SystemImpl.Settings.DebugLifecycle)
            PublishDebug("Stopped");
        if (actor is not null)
            Release(actor);
        _actor = null;
        _behaviors.Clear();
        _behavior = static _ => false;
        _currentMessage = null;
        _sender = null;
        Dispatcher.Detached();
    }

    private void Release(ActorBase actor)
    {
        try
        {
            (actor as IDisposable)?.Dispose();
        }
        catch (Exception e)
        {
            Publish(e, $"An error occurred while disposing {actor.GetType()}");
        }
        Props.Release(actor);
    }

    private void HandleFailed(Failed failed)
    {
        _currentMessage = failed;
        _sender = failed.Child;
        // The uid keeps off the failure of a child that was stopped in the restart and made anew under its name.
        if (!_children.TryGet(failed.Child, out var stats))
        {
            PublishDebug($"Dropping {failed} from unknown child");
        }
        else if (stats.Child.Path.Uid != failed.Uid)
        {
            PublishDebug($"Dropping {failed} from old child");
        }
        else if (!_actor!.SupervisorStrategyInternal.HandleFailure(this, failed.Child, failed.Cause, stats, _children.AllStats()))
        {
            ExceptionDispatchInfo.Throw(failed.Cause);
        }
        _currentMessage = null;
    }

    private void HandleChildTerminated(IActorRef child)
    {
        var reason = _children.Remove(child, out var cause);
        if (_actor is not null)
        {
            try
            {
                _actor.SupervisorStrategyInternal.HandleChildTerminated(this, child, _children.All());
            }
            catch (Exception e)
            {
                Publish(e, "HandleChildTerminated failed");
                HandleInvokeFailure(e);
            }
        }
        switch (reason)
        {
            case WaitReason.Recreation:
                FinishRecreate(cause!);
                break;
            case WaitReason.Creation:
                FinishCreate();
                break;
            case WaitReason.Termination:
                FinishTerminate();
                break;
        }
    }
}
