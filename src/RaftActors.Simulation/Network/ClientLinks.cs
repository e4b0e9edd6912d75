using Akka.Actor;
using Akka.Serialization;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Network;

/// <summary>What connects a process of clients with the nodes: requests and answers cross as bytes, and are late, lost and doubled as the messages between peers are.</summary>
internal sealed class ClientLinks(SimulatedNetwork network, SimulatedWorld world, SimulatedProcess client, Random random) : IPeerResolver
{
    /// <inheritdoc/>
    public ICanTell Resolve(string nodeAddress, string group) => new Outlet(this, nodeAddress);

    private void Ask(string address, object request, IActorRef? sender)
    {
        var sent = Encode(client, request);
        Carry(() =>
        {
            if (network.NodeAt(address)?.Process is not { IsDead: false, Supervisor: { } supervisor } process)
                return;
            var answers = new ProcessPort(((ExtendedActorSystem)process.System).Provider, answer => Answer(process, answer, sender));
            process.Inside(() => supervisor.Tell(Decode(process, sent), answers));
        });
    }

    private void Answer(SimulatedProcess process, object answer, IActorRef? asker)
    {
        if (process.IsDead)
            return;
        var sent = Encode(process, answer);
        Carry(() => client.Inside(() => asker?.Tell(Decode(client, sent), ActorRefs.NoSender)));
    }

    private void Carry(Action deliver)
    {
        var faults = network.Faults;
        if (random.NextDouble() < faults.Loss)
            return;
        world.Schedule(network.DrawDelay(random), deliver);
        if (random.NextDouble() < faults.Duplication)
            world.Schedule(network.DrawDelay(random), deliver);
    }

    private static (byte[] Bytes, int SerializerId, string Manifest) Encode(SimulatedProcess process, object message)
    {
        var serializer = process.System.Serialization.FindSerializerFor(message);
        return (serializer.ToBinary(message), serializer.Identifier, Serialization.ManifestFor(serializer, message));
    }

    private static object Decode(SimulatedProcess process, (byte[] Bytes, int SerializerId, string Manifest) sent) =>
        process.System.Serialization.Deserialize(sent.Bytes, sent.SerializerId, sent.Manifest);

    private sealed class Outlet(ClientLinks links, string address) : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => links.Ask(address, message, sender);
    }
}
