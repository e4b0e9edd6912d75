using Akka.Actor;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// An actor in place of a peer: collaborators of a peer are made and called within it. What their children tell it, and
/// which of its actors have ended, goes to a handler.
/// </summary>
internal sealed class HostActor : UntypedActor, IWithTimers
{
    private readonly Action<object, IActorRef> _handler;

    public HostActor(Action<object, IActorRef> handler) => _handler = handler;

    /// <summary>Makes one.</summary>
    /// <param name="handler">Called with each message and its sender.</param>
    public static Props Props(Action<object, IActorRef> handler) =>
        Akka.Actor.Props.Create(() => new HostActor(handler));

    /// <summary>Does something within the actor.</summary>
    public sealed record Do(Action<IActorContext, ITimerScheduler> Action) : INoSerializationVerificationNeeded
    {
        /// <summary>Does something that needs no timers.</summary>
        public Do(Action<IActorContext> action)
            : this((context, _) => action(context))
        {
        }
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is Do { Action: var action })
            action(Context, Timers);
        else
            _handler(message, Sender);
    }
}
