using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    /// <summary>Whom this actor watches, with the message that it wants instead of Terminated.</summary>
    private Dictionary<IActorRef, object?>? _watching;

    private HashSet<IActorRef>? _watchedBy;

    /// <summary>Deaths whose Terminated is in the mailbox: an unwatch in between takes the message back.</summary>
    private Dictionary<IActorRef, object?>? _terminatedQueued;

    private bool _addressTerminatedSubscribed;

    public IActorRef Watch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return StartWatching(subject, null);
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(message);
        return StartWatching(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watchee = (IInternalActorRef)subject;
        if (!watchee.Equals(_self) && _watching is not null && _watching.Remove(watchee))
        {
            watchee.SendSystemMessage(new Unwatch(watchee, _self));
            MaintainAddressTerminatedSubscription();
        }
        _terminatedQueued?.Remove(watchee);
        return watchee;
    }

    /// <summary>A stashed Terminated was put back into the mailbox.</summary>
    internal void TerminatedQueuedFor(IActorRef subject, object? message) => (_terminatedQueued ??= []).TryAdd(subject, message);

    private IInternalActorRef StartWatching(IActorRef subject, object? message)
    {
        var watchee = (IInternalActorRef)subject;
        if (watchee.Equals(_self))
            return watchee;
        if ((_watching ??= []).TryGetValue(watchee, out var chosen))
        {
            if (Equals(chosen, message))
                return watchee;
            throw new InvalidOperationException(
                $"Watch({_self}, {watchee}) termination message was not overwritten from [{chosen}] to [{message}]. "
                + "If this was intended, unwatch first before using `Watch` / `WatchWith` with another message.");
        }
        watchee.SendSystemMessage(new Watch(watchee, _self));
        _watching.Add(watchee, message);
        MaintainAddressTerminatedSubscription();
        return watchee;
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        if (_terminatedQueued is null || !_terminatedQueued.Remove(terminated.ActorRef, out var message))
            return;
        message ??= terminated;
        _currentMessage = message;
        _actor!.AroundReceive(_behavior, message);
    }

    private void WatchedActorTerminated(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    {
        if (_watching is not null && _watching.Remove(actor, out var message))
        {
            MaintainAddressTerminatedSubscription();
            if (!_children.IsTerminating)
            {
                _self.Tell(new Terminated(actor, existenceConfirmed, addressTerminated), actor);
                TerminatedQueuedFor(actor, message);
            }
        }
        if (_children.Contains(actor))
            HandleChildTerminated(actor);
    }

    /// <summary>Remote watchers first: once the local ones know, remoting itself may shut down.</summary>
    private void TellWatchersWeDied()
    {
        if (_watchedBy is not { Count: > 0 } watchers)
            return;
        _watchedBy = null;
        foreach (var local in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var watcher in watchers.Cast<IInternalActorRef>())
            {
                if (watcher.IsLocal == local && !watcher.Equals(Parent))
                    watcher.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true, addressTerminated: false));
            }
        }
        MaintainAddressTerminatedSubscription();
    }

    private void UnwatchWatchedActors()
    {
        _terminatedQueued = null;
        if (_watching is not { Count: > 0 } watching)
            return;
        _watching = null;
        foreach (var watchee in watching.Keys.Cast<IInternalActorRef>())
            watchee.SendSystemMessage(new Unwatch(watchee, _self));
        MaintainAddressTerminatedSubscription();
    }

    private void AddWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (!watchee.Equals(_self))
        {
            if (!watcher.Equals(_self))
                Publish(new Warning(LogSource, ActorType, $"Illegal Watch({watchee}, {watcher}) for {_self}"));
            else if (_watching?.ContainsKey(watchee) != true)
                StartWatching(watchee, null);
        }
        else if (!watcher.Equals(_self) && (_watchedBy ??= []).Add(watcher))
        {
            MaintainAddressTerminatedSubscription();
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug($"now watched by {watcher}");
        }
    }

    private void RemoveWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (!watchee.Equals(_self))
        {
            if (watcher.Equals(_self))
                Unwatch(watchee);
            else
                Publish(new Warning(LogSource, ActorType, $"Illegal Unwatch({watchee}, {watcher}) for {_self}"));
        }
        else if (_watchedBy is not null && _watchedBy.Remove(watcher))
        {
            MaintainAddressTerminatedSubscription();
            if (SystemImpl.Settings.DebugLifecycle)
                PublishDebug($"no longer watched by {watcher}");
        }
    }

    private void AddressTerminated(Address address)
    {
        _watchedBy?.RemoveWhere(watcher => watcher.Path.Address == address);
        MaintainAddressTerminatedSubscription();
        if (_watching is null)
            return;
        // The existence counts as confirmed, so that a parent may make a child of the same name at once.
        foreach (var watchee in _watching.Keys.Where(watchee => watchee.Path.Address == address))
            _self.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed: true, addressTerminated: true));
    }

    /// <summary>Only who watches, or is watched from, another node needs to know of nodes going down.</summary>
    private void MaintainAddressTerminatedSubscription()
    {
        var wanted = HasRemote(_watching?.Keys) || HasRemote(_watchedBy);
        if (wanted == _addressTerminatedSubscribed)
            return;
        _addressTerminatedSubscribed = wanted;
        if (wanted)
            SystemImpl.AddressTerminatedTopic.Subscribe(_self);
        else
            SystemImpl.AddressTerminatedTopic.Unsubscribe(_self);

        static bool HasRemote(IEnumerable<IActorRef>? refs) => refs is not null && refs.Any(r => r is IInternalActorRef { IsLocal: false });
    }
}
