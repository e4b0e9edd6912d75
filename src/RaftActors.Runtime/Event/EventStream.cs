using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Event;

/// <summary>Tells what is published to whoever subscribed to its class, a base class or an interface of it. An actor that stops is unsubscribed.</summary>
public sealed class EventStream : LoggingBus
{
    private readonly bool _debug;
    private readonly Lock _lock = new();

    // Few subscribe, many publish: the subscribers of a class are worked out once and kept until somebody subscribes or unsubscribes.
    private readonly Dictionary<IActorRef, HashSet<Type>> _subscriptions = [];
    private ConcurrentDictionary<Type, IActorRef[]> _subscribersByClass = new();
    private UnsubscriberRef? _unsubscriber;

    public EventStream(bool debug) => _debug = debug;

    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        bool first;
        lock (_lock)
        {
            first = !_subscriptions.TryGetValue(subscriber, out var channels);
            channels ??= _subscriptions[subscriber] = [];
            if (!channels.Add(channel))
                return false;
            _subscribersByClass = new ConcurrentDictionary<Type, IActorRef[]>();
        }
        if (first)
            _unsubscriber?.Watch(subscriber);
        if (_debug)
            Publish(new Debug(nameof(EventStream), GetType(), $"subscribing {subscriber} to channel {channel}"));
        return true;
    }

    public override bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        bool last;
        lock (_lock)
        {
            if (!_subscriptions.TryGetValue(subscriber, out var channels) || !channels.Remove(channel))
                return false;
            last = channels.Count == 0;
            if (last)
                _subscriptions.Remove(subscriber);
            _subscribersByClass = new ConcurrentDictionary<Type, IActorRef[]>();
        }
        if (last)
            _unsubscriber?.Unwatch(subscriber);
        if (_debug)
            Publish(new Debug(nameof(EventStream), GetType(), $"unsubscribing {subscriber} from channel {channel}"));
        return true;
    }

    public override bool Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            if (!_subscriptions.Remove(subscriber))
                return false;
            _subscribersByClass = new ConcurrentDictionary<Type, IActorRef[]>();
        }
        _unsubscriber?.Unwatch(subscriber);
        if (_debug)
            Publish(new Debug(nameof(EventStream), GetType(), $"unsubscribing {subscriber} from all channels"));
        return true;
    }

    /// <summary>From now on a stopped subscriber is forgotten.</summary>
    internal void StartUnsubscriber(ActorSystem system)
    {
        IActorRef[] subscribers;
        lock (_lock)
        {
            _unsubscriber = new UnsubscriberRef(this, ((ExtendedActorSystem)system).Provider);
            subscribers = [.. _subscriptions.Keys];
        }
        foreach (var subscriber in subscribers)
            _unsubscriber.Watch(subscriber);
    }

    internal override void Deliver(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        var cache = _subscribersByClass;
        if (!cache.TryGetValue(@event.GetType(), out var subscribers))
        {
            lock (_lock)
            {
                subscribers = [.. _subscriptions.Where(pair => pair.Value.Any(channel => channel.IsInstanceOfType(@event))).Select(pair => pair.Key)];
                // A cache that was replaced meanwhile is looked at by nobody any more.
                _subscribersByClass[@event.GetType()] = subscribers;
            }
        }
        foreach (var subscriber in subscribers)
            subscriber.Tell(@event, ActorCell.GetCurrentSelfOrNoSender());
    }

    private sealed class UnsubscriberRef(EventStream stream, IActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "system" / "EventStreamUnsubscriber";

        public override IActorRefProvider Provider => provider;

        public void Watch(IActorRef subscriber)
        {
            if (subscriber is IInternalActorRef actor and not MinimalLogger)
                actor.SendSystemMessage(new Watch(actor, this));
        }

        public void Unwatch(IActorRef subscriber)
        {
            if (subscriber is IInternalActorRef actor and not MinimalLogger)
                actor.SendSystemMessage(new Unwatch(actor, this));
        }

        internal override void SendSystemMessage(ISystemMessage message)
        {
            if (message is DeathWatchNotification death)
                stream.Unsubscribe(death.Actor);
        }
    }
}
