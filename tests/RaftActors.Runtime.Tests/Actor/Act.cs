using Akka.Actor;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>An actor that does what a spec says: the specs that need no state of its own are written with lambdas.</summary>
internal sealed class Act(Action<object, IActorContext> receive, Action<IActorContext>? preStart = null, Action<IActorContext>? postStop = null,
    SupervisorStrategy? strategy = null) : UntypedActor
{
    public static Props Props(Action<object, IActorContext> receive, Action<IActorContext>? preStart = null, Action<IActorContext>? postStop = null,
        SupervisorStrategy? strategy = null) => Akka.Actor.Props.Create(() => new Act(receive, preStart, postStop, strategy));

    /// <summary>Answers everything with itself.</summary>
    public static Props Echo() => Props((message, context) => context.Sender.Tell(message));

    protected override void PreStart() => preStart?.Invoke(Context);

    protected override void PostStop() => postStop?.Invoke(Context);

    protected override void OnReceive(object message) => receive(message, Context);

    protected override SupervisorStrategy SupervisorStrategy() => strategy ?? base.SupervisorStrategy();
}

/// <summary>Thrown on purpose.</summary>
internal class TestException(string message = "thrown on purpose") : Exception(message);

internal sealed class OtherException() : TestException("thrown on purpose too");

/// <summary>Tells the instances of an actor apart: given to its Props, all of them share it.</summary>
internal sealed class Counter
{
    private int _count;

    public int Value => Volatile.Read(ref _count);

    public int Next() => Interlocked.Increment(ref _count);
}
