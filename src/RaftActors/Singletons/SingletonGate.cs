using System.Globalization;
using Akka.Actor;
using Akka.Event;

namespace RaftActors.Singletons;

/// <summary>
/// The parent of the singleton during one tenure. It forwards the proxies' messages as long as the tenure lasts. The
/// singleton is its child, so when the gate has stopped, the singleton has stopped too.
/// </summary>
internal sealed class SingletonGate : UntypedActor
{
    private const string NamePrefix = "term-";

    private readonly SingletonTenure _tenure;
    private readonly Func<SingletonTenure, Props> _singleton;
    private IActorRef _child = ActorRefs.Nobody;

    public SingletonGate(SingletonTenure tenure, Func<SingletonTenure, Props> singleton)
    {
        _tenure = tenure;
        _singleton = singleton;
    }

    /// <summary>The relative path of the gates below an actor, for any term.</summary>
    public static string AnyName => $"{NamePrefix}*";

    public static Props Props(SingletonTenure tenure, Func<SingletonTenure, Props> singleton) =>
        Akka.Actor.Props.Create(() => new SingletonGate(tenure, singleton));

    /// <summary>The name of the gate of a term.</summary>
    public static string NameIn(long term) => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{term}");

    /// <summary>The term of a gate.</summary>
    public static long TermOf(IActorRef gate) =>
        long.Parse(gate.Path.Name.AsSpan(NamePrefix.Length), CultureInfo.InvariantCulture);

    protected override void PreStart()
    {
        _child = Context.ActorOf(_singleton(_tenure), "singleton");
        Context.Watch(_child);
    }

    protected override void OnReceive(object message)
    {
        if (message is Terminated ended && ended.ActorRef.Equals(_child))
            Context.Stop(Self);
        else if (_tenure.IsCurrent)
            _child.Forward(message);
        else
            Context.System.EventStream.Publish(
                new Dropped(message, "The singleton's tenure is over on this node.", Sender, Self));
    }
}
