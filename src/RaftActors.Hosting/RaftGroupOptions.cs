using Akka.Configuration;

namespace RaftActors.Hosting;

/// <summary>
/// How this node's peer of a group runs. A value that is <c>null</c> is not set. The section <c>raft</c> of the actor
/// system's configuration then counts, and <c>reference.conf</c> of RaftActors behind it, which documents each key.
/// </summary>
public sealed class RaftGroupOptions
{
    /// <summary>This node's member id, one of <see cref="Members"/> (<c>raft.member-id</c>).</summary>
    public string? MemberId { get; set; }

    /// <summary>
    /// The voters with which the group is founded, the same on all nodes (<c>raft.members</c>). Empty means the
    /// voters of the configuration.
    /// </summary>
    public IList<RaftMemberOptions> Members { get; set; } = [];

    /// <summary>Whether the group already exists and this node will be added to it (<c>raft.join</c>).</summary>
    public bool? Join { get; set; }

    /// <summary>
    /// How often the leader tells its followers that it still leads (<c>raft.heartbeat-interval</c>).
    /// </summary>
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>The shortest election timeout (<c>raft.election-timeout.min</c>).</summary>
    public TimeSpan? ElectionTimeoutMin { get; set; }

    /// <summary>The longest election timeout (<c>raft.election-timeout.max</c>).</summary>
    public TimeSpan? ElectionTimeoutMax { get; set; }

    /// <summary>The configuration path of the peer's journal (<c>raft.journal-plugin-id</c>).</summary>
    public string? JournalPluginId { get; set; }

    /// <summary>The configuration path of the peer's snapshot store (<c>raft.snapshot-plugin-id</c>).</summary>
    public string? SnapshotPluginId { get; set; }

    /// <summary>
    /// Any other key of the section <c>raft</c>, as HOCON without that prefix: <c>snapshot.entries = 10000</c>. The
    /// properties above have priority.
    /// </summary>
    public string? Hocon { get; set; }

    /// <summary>
    /// How the members follow the nodes of the cluster, for nodes of an Akka.Cluster; <c>null</c> for members that
    /// change only on request. With a value, <see cref="Members"/> may be empty.
    /// </summary>
    public RaftClusterOptions? Cluster { get; set; }

    /// <summary>
    /// How long the start of the host waits until the peer has recovered from its journal. A peer that needs longer, or
    /// whose store cannot be used for the moment, is logged: the host comes up, and is not ready until the peer is.
    /// With <see cref="TimeSpan.Zero"/> the host does not wait, and the health checks alone say how the peer is.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Changes the settings that follow from all of the above; <c>null</c> for no change. This is for what a
    /// configuration cannot say, for example <see cref="RaftSettings.StoreCheck"/>. The group must stay the same.
    /// </summary>
    public Func<RaftSettings, RaftSettings>? Configure { get; set; }

    /// <summary>How long a health check waits for the peer's answer before it reports the peer as unhealthy.</summary>
    public TimeSpan HealthCheckTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The settings of the peer.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="systemConfig">The actor system's configuration.</param>
    /// <exception cref="ConfigurationException">A value is not usable; the message names it and its key.</exception>
    internal RaftSettings ToSettings(string group, Config systemConfig) =>
        Configured(RaftSettings.FromConfig(ToSection(group, systemConfig)));

    /// <summary>The settings with what <see cref="Configure"/> changes.</summary>
    /// <param name="settings">The settings that follow from all else.</param>
    internal RaftSettings Configured(RaftSettings settings) => Configure?.Invoke(settings) ?? settings;

    /// <summary>The section <c>raft</c> of the peer.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="systemConfig">The actor system's configuration.</param>
    internal Config ToSection(string group, Config systemConfig) => new HoconSection()
        .Add("group", group)
        .Add("member-id", MemberId)
        .Add("members", Members)
        .Add("join", Join)
        .Add("heartbeat-interval", HeartbeatInterval)
        .Add("election-timeout.min", ElectionTimeoutMin)
        .Add("election-timeout.max", ElectionTimeoutMax)
        .Add("journal-plugin-id", JournalPluginId)
        .Add("snapshot-plugin-id", SnapshotPluginId)
        .Over(Hocon, systemConfig);
}
