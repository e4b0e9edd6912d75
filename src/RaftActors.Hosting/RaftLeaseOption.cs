using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Hosting.Coordination;
using RaftActors.Coordination;

namespace RaftActors.Hosting;

/// <summary>
/// The options of leases of Akka.Coordination on a Raft group, for
/// <see cref="RaftHostingExtensions.WithRaftLease(AkkaConfigurationBuilder, RaftLeaseOption)"/> and for the options of
/// Akka.Cluster.Hosting that take a lease. A value that is <c>null</c> is not set. The section
/// <c>akka.coordination.lease.raft</c> of the actor system's configuration then counts, and <c>reference.conf</c> of
/// RaftActors.Coordination behind it, which documents each key.
/// </summary>
public sealed class RaftLeaseOption : LeaseOptionBase
{
    internal const string Section = "akka.coordination.lease.raft";

    /// <summary>The section of the lease, which <c>use-lease</c> and <c>lease-implementation</c> name.</summary>
    public override string ConfigPath => Section;

    /// <summary>The class of the lease.</summary>
    public override Type Class => typeof(RaftLease);

    /// <summary>
    /// How this node's peer of the lease group runs; <c>null</c> on a node without a peer. Three or five nodes should
    /// have one.
    /// </summary>
    public RaftGroupOptions? Peer { get; set; }

    /// <summary>The lease group's name (<c>group</c>).</summary>
    public string? Group { get; set; }

    /// <summary>
    /// The addresses of nodes of the lease group, for a node without a peer: <c>host:port</c> or
    /// <c>system@host:port</c> (<c>addresses</c>). Empty means the addresses of the configuration.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>
    /// How long a lease lives without a sign of life of its owner's process (<c>heartbeat-timeout</c>).
    /// </summary>
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>How often a process that holds leases gives a sign of life (<c>heartbeat-interval</c>).</summary>
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>
    /// After what time <c>Acquire</c> and <c>Release</c> end (<c>lease-operation-timeout</c>). With the split brain
    /// resolver, set it to at most a quarter of <c>stable-after</c>.
    /// </summary>
    public TimeSpan? OperationTimeout { get; set; }

    /// <summary>
    /// Whether the split brain resolver of this node keeps the side of a partition that has the lease (strategy
    /// <c>lease-majority</c>).
    /// </summary>
    public bool UseForSplitBrainResolver { get; set; }

    /// <summary>
    /// Whether <c>ClusterSingletonManager</c> acquires a lease before it starts a singleton
    /// (<c>akka.cluster.singleton.use-lease</c>).
    /// </summary>
    public bool UseForSingletons { get; set; }

    /// <summary>Whether a shard acquires a lease before it starts (<c>akka.cluster.sharding.use-lease</c>).</summary>
    public bool UseForSharding { get; set; }

    /// <summary>
    /// How long a health check waits for the lease group's answer before it reports the group as unhealthy.
    /// </summary>
    public TimeSpan HealthCheckTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Puts the settings before the builder's configuration, and the defaults behind that configuration.
    /// </summary>
    /// <param name="builder">The builder of the actor system.</param>
    /// <param name="setup">Not used.</param>
    public override void Apply(AkkaConfigurationBuilder builder, Setup? setup = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder
            .AddHocon(ConfigurationFactory.ParseString(ToHocon()), HoconAddMode.Prepend)
            .AddHocon(RaftLeases.DefaultConfig(), HoconAddMode.Append);
    }

    private string ToHocon() => new HoconSection()
        .Add("group", Group)
        .Add("addresses", Addresses)
        .Add("heartbeat-timeout", HeartbeatTimeout)
        .Add("heartbeat-interval", HeartbeatInterval)
        .Add("lease-operation-timeout", OperationTimeout)
        .In(ConfigPath)
        + (UseForSplitBrainResolver ? $$"""
            akka.cluster {
              downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
              split-brain-resolver {
                active-strategy = lease-majority
                lease-majority.lease-implementation = "{{ConfigPath}}"
              }
            }

            """ : "")
        + (UseForSingletons ? $"akka.cluster.singleton.use-lease = \"{ConfigPath}\"\n" : "")
        + (UseForSharding ? $"akka.cluster.sharding.use-lease = \"{ConfigPath}\"\n" : "");
}
