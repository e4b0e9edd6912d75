using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>An actor made of functions, for a spec that needs no class of its own.</summary>
internal sealed class Act(
    Action<object, IActorContext> receive,
    Action<IActorContext>? preStart,
    Action? postStop,
    Func<Exception, Directive>? decide)
    : UntypedActor
{
    /// <summary>An actor that handles messages with <paramref name="receive"/>.</summary>
    public static Props Props(
        Action<object, IActorContext> receive,
        Action<IActorContext>? preStart = null,
        Action? postStop = null,
        Func<Exception, Directive>? decide = null) =>
        Akka.Actor.Props.Create(() => new Act(receive, preStart, postStop, decide));

    /// <summary>An actor that answers each message with the message.</summary>
    public static Props Echo() => Props(static (message, context) => context.Sender.Tell(message));

    /// <summary>An actor that passes each message on.</summary>
    public static Props PassTo(IActorRef target) => Props((message, _) => target.Tell(message));

    protected override void PreStart() => preStart?.Invoke(Context);

    protected override void PostStop() => postStop?.Invoke();

    protected override SupervisorStrategy SupervisorStrategy() =>
        decide is null ? base.SupervisorStrategy() : new OneForOneStrategy(decide);

    protected override void OnReceive(object message) => receive(message, Context);
}
