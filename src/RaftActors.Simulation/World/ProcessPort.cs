using Akka.Actor;

namespace RaftActors.Simulation.World;

/// <summary>Where what actors of a process tell the world outside arrives, at once and in the sender's own turn.</summary>
internal sealed class ProcessPort(IActorRefProvider provider, Action<object> receive) : MinimalActorRef
{
    public override ActorPath Path { get; } = provider.RootPath / "outside";

    public override IActorRefProvider Provider => provider;

    protected override void TellInternal(object message, IActorRef? sender) => receive(message);
}
