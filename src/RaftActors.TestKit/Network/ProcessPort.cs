using Akka.Actor;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>
/// Receives what the actors of a process tell the outside world. The message arrives at once, in the turn of its
/// sender.
/// </summary>
internal sealed class ProcessPort(VirtualProcess process, Action<object> receive) : MinimalActorRef
{
    public override ActorPath Path { get; } = ProviderOf(process).RootPath / "outside" / process.NextPort();

    public override IActorRefProvider Provider => ProviderOf(process);

    protected override void TellInternal(object message, IActorRef? sender) => receive(message);

    private static IActorRefProvider ProviderOf(VirtualProcess process) =>
        ((ExtendedActorSystem)process.System).Provider;
}
