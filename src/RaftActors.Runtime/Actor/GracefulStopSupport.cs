using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public static class GracefulStopSupport
{
    /// <summary>True when the actor has stopped, false if it has not in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => target.GracefulStop(timeout, PoisonPill.Instance);

    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var watcher = new DeathWatcherRef((IInternalActorRef)target);
        var stopped = watcher.Watch(timeout, CancellationToken.None);
        target.Tell(stopMessage, ActorRefs.NoSender);
        return stopped;
    }
}

public static class WatchAsyncSupport
{
    /// <summary>True when the actor has stopped, false if the token was cancelled before.</summary>
    public static Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default) =>
        new DeathWatcherRef((IInternalActorRef)target).Watch(Timeout.InfiniteTimeSpan, token);
}

internal sealed class DeathWatcherRef(IInternalActorRef target) : TemporaryActorRef(target.Provider)
{
    private readonly TaskCompletionSource<bool> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<bool> Watch(TimeSpan timeout, CancellationToken cancellationToken)
    {
        GiveUpAfter(timeout, GiveUp);
        GiveUpOn(cancellationToken, GiveUp);
        target.SendSystemMessage(new Watch(target, this));
        return _result.Task;
    }

    internal override void SendSystemMessage(ISystemMessage message)
    {
        if (message is DeathWatchNotification && TryFinish())
            _result.TrySetResult(true);
    }

    private void GiveUp()
    {
        if (!TryFinish())
            return;
        target.SendSystemMessage(new Unwatch(target, this));
        _result.TrySetResult(false);
    }
}
