using Akka.Actor;
using Akka.Configuration;
using static RaftActors.RaftSettings;

namespace RaftActors.Singletons;

/// <summary>The settings of a <see cref="RaftSingleton"/>. Immutable.</summary>
/// <remarks>
/// <see cref="FromConfig"/> reads the settings from HOCON, section <c>raft</c>, keys <c>group</c>, <c>singleton.*</c>
/// and <c>client.addresses</c>. <c>reference.conf</c> documents each key.
/// </remarks>
public sealed record RaftSingletonSettings
{
    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>
    /// This node's peer of the group, as <see cref="Raft.StartAsync"/> returned it; <c>null</c> on a node without one.
    /// </summary>
    public IActorRef? Peer { get; init; }

    /// <summary>
    /// For a node without a peer: the addresses of all nodes that have one, <c>host:port</c> or
    /// <c>system@host:port</c>.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>
    /// How long a new leader waits before it starts its singleton. By then the singleton of every former leader has
    /// ended, by the clock of that leader's node. Set the same value on all nodes.
    /// </summary>
    public TimeSpan HandOverWait { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>The largest difference between the rates of two nodes' monotonic clocks, as a part of 1.</summary>
    public double ClockDrift { get; init; } = 0.1;

    /// <summary>
    /// How much earlier than necessary a singleton ends. The margin is for a timer that is late, and for what the
    /// singleton does until it has stopped.
    /// </summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How often a node asks its peer whether a majority still follows it, and how often a node looks for the singleton
    /// while none is known.
    /// </summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How many messages wait on a node while no singleton is known. Further messages become dead letters.
    /// </summary>
    public int BufferSize { get; init; } = 1000;

    /// <summary>
    /// How long a singleton may run after the leader was last asked, by the node's clock. See
    /// <see cref="SingletonTenure"/>.
    /// </summary>
    internal TimeSpan HoldTime => (HandOverWait * (1 - ClockDrift)) - Margin;

    /// <summary>Finds actors by a node's address and a path; <c>null</c> for the actor system's remoting.</summary>
    internal Func<string, string, ICanTell>? Select { get; init; }

    /// <summary>
    /// Reads the settings from the section <c>raft</c> of a configuration. A missing key has its default of
    /// <c>reference.conf</c>.
    /// </summary>
    /// <param name="raftSection">The section: <c>system.Settings.Config.GetConfig("raft")</c>.</param>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the value and its key.
    /// </exception>
    public static RaftSingletonSettings FromConfig(Config? raftSection)
    {
        var reader = new SettingsReader(raftSection);
        return new RaftSingletonSettings
        {
            Group = reader.Text("group"),
            Addresses = reader.Texts("client.addresses"),
            HandOverWait = reader.Duration("singleton.hand-over-wait"),
            ClockDrift = reader.Number("singleton.clock-drift"),
            Margin = reader.Duration("singleton.margin"),
            CheckInterval = reader.Duration("singleton.check-interval"),
            BufferSize = reader.Count("singleton.buffer-size"),
        };
    }

    /// <summary>Checks that the settings are consistent.</summary>
    /// <exception cref="ConfigurationException">They are not. The message names the key and its value.</exception>
    public void Validate()
    {
        CheckGroup(Group, Addresses);
        Check(ClockDrift is >= 0 and < 1, "singleton.clock-drift", ClockDrift, "it must be at least 0 and less than 1");
        Check(Margin >= TimeSpan.Zero, "singleton.margin", Margin, "it must not be negative");
        Check(CheckInterval > TimeSpan.Zero, "singleton.check-interval", CheckInterval, "it must be more than zero");
        Check(BufferSize >= 0, "singleton.buffer-size", BufferSize, "it must not be negative");
        Check(
            HoldTime > 2 * CheckInterval,
            "singleton.hand-over-wait",
            HandOverWait,
            $"after singleton.clock-drift and singleton.margin it leaves a singleton {HoldTime.TotalMilliseconds} ms, "
                + "which"
            + " must be more than twice singleton.check-interval, or one late answer stops the singleton");
    }
}
