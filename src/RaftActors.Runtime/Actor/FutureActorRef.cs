namespace Akka.Actor;

/// <summary>A reference below /temp that exists until somebody tells it something.</summary>
internal abstract class TemporaryActorRef(IActorRefProvider provider) : MinimalActorRef
{
    private readonly Lock _lock = new();
    private ActorPath? _path;
    private bool _done;
    private ICancelable? _timeout;
    private CancellationTokenRegistration _cancellation;

    public override IActorRefProvider Provider => provider;

    /// <summary>Made and registered when somebody asks for it, as serialization does: most answers come from this process and need none.</summary>
    public override ActorPath Path
    {
        get
        {
            lock (_lock)
            {
                if (_path is null)
                {
                    _path = provider.TempPath();
                    if (!_done)
                        provider.RegisterTempActor(this, _path);
                }
                return _path;
            }
        }
    }

    internal override IInternalActorRef Parent => provider.TempContainer;

    /// <param name="timeout">Infinite or not positive for none.</param>
    protected void GiveUpAfter(TimeSpan timeout, Action onTimeout)
    {
        if (timeout <= TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan)
            return;
        ICancelable cancelable;
        try
        {
            cancelable = provider.Settings.System.Scheduler.Advanced.ScheduleOnceCancelable(timeout, onTimeout);
        }
        catch (SchedulerException)
        {
            // The actor system has ended: nobody answers any more.
            onTimeout();
            return;
        }
        lock (_lock)
        {
            if (!_done)
            {
                _timeout = cancelable;
                return;
            }
        }
        cancelable.Cancel();
    }

    protected void GiveUpOn(CancellationToken cancellationToken, Action onCancel)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        var registration = cancellationToken.Register(onCancel);
        lock (_lock)
        {
            if (!_done)
            {
                _cancellation = registration;
                return;
            }
        }
        registration.Unregister();
    }

    /// <summary>True for the first to call.</summary>
    protected bool TryFinish()
    {
        lock (_lock)
        {
            if (_done)
                return false;
            _done = true;
        }
        _timeout?.Cancel();
        _cancellation.Unregister();
        if (_path is not null)
            provider.UnregisterTempActor(_path);
        return true;
    }
}

/// <summary>Waits for the answer to an Ask.</summary>
internal sealed class FutureActorRef<T>(IActorRefProvider provider) : TemporaryActorRef(provider)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Ask(ICanTell target, object message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var patience = timeout ?? Provider.Settings.AskTimeout;
        GiveUpAfter(patience, () =>
        {
            if (TryFinish())
                _result.TrySetException(new AskTimeoutException($"Timeout after {patience.TotalSeconds:F2} seconds"));
        });
        GiveUpOn(cancellationToken, () =>
        {
            if (TryFinish())
                _result.TrySetCanceled(cancellationToken);
        });
        target.Tell(message, this);
        return _result.Task;
    }

    protected override void TellInternal(object message, IActorRef? sender)
    {
        if (!TryFinish())
        {
            if (!_result.Task.IsCanceled)
                Provider.DeadLetters.Tell(message, this);
            return;
        }
        switch (message)
        {
            case T answer:
                _result.TrySetResult(answer);
                break;
            case Status.Failure failure:
                _result.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message."));
                break;
            case null:
                _result.TrySetResult(default!);
                break;
            default:
                _result.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
                Provider.DeadLetters.Tell(message, this);
                break;
        }
    }
}
