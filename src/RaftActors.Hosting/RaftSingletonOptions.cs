using Akka.Actor;
using Akka.Configuration;
using RaftActors.Singletons;

namespace RaftActors.Hosting;

/// <summary>
/// How the singleton of a group runs on this node. A value that is <c>null</c> is not set. The section <c>raft</c> of
/// the actor system's configuration then counts, and <c>reference.conf</c> of RaftActors behind it, which documents
/// each key.
/// </summary>
public sealed class RaftSingletonOptions
{
    /// <summary>
    /// How long a new leader waits before it starts its singleton, the same on all nodes
    /// (<c>raft.singleton.hand-over-wait</c>).
    /// </summary>
    public TimeSpan? HandOverWait { get; set; }

    /// <summary>
    /// How much earlier than necessary a singleton ends (<c>raft.singleton.margin</c>): the time that the singleton's
    /// code needs to stop.
    /// </summary>
    public TimeSpan? Margin { get; set; }

    /// <summary>
    /// How many messages wait on this node while no singleton is known (<c>raft.singleton.buffer-size</c>).
    /// </summary>
    public int? BufferSize { get; set; }

    /// <summary>
    /// The addresses of all nodes that have a peer of the group, for a node without one: <c>host:port</c> or
    /// <c>system@host:port</c> (<c>raft.client.addresses</c>). Empty means the addresses of the configuration.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>
    /// Any other key of the section <c>raft</c>, as HOCON without that prefix: <c>singleton.clock-drift = 0.01</c>. The
    /// properties above have priority.
    /// </summary>
    public string? Hocon { get; set; }

    /// <summary>The settings of the singleton.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="peer">This node's peer; <c>null</c> if there is none.</param>
    /// <param name="systemConfig">The actor system's configuration.</param>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the value and its key.
    /// </exception>
    internal RaftSingletonSettings ToSettings(string group, IActorRef? peer, Config systemConfig)
    {
        var own = new HoconSection()
            .Add("group", group)
            .Add("client.addresses", Addresses)
            .Add("singleton.hand-over-wait", HandOverWait)
            .Add("singleton.margin", Margin)
            .Add("singleton.buffer-size", BufferSize);
        return RaftSingletonSettings.FromConfig(own.Over(Hocon, systemConfig)) with { Peer = peer };
    }
}
