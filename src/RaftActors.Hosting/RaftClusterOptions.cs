using Akka.Configuration;
using RaftActors.Cluster;

namespace RaftActors.Hosting;

/// <summary>
/// How the members of a group follow the nodes of an Akka.Cluster. A value that is <c>null</c> is not set: the section
/// <c>akka.cluster.raft</c> of the actor system's configuration counts, and <c>reference.conf</c> of RaftActors.Cluster
/// behind it, which documents each key.
/// </summary>
public sealed class RaftClusterOptions
{
    /// <summary>The role of the nodes on which members run (<c>role</c>); this node must have it.</summary>
    public string? Role { get; set; }

    /// <summary>How many voters the group should have: an odd number (<c>desired-voters</c>).</summary>
    public int? DesiredVoters { get; set; }

    /// <summary>
    /// How long the cluster has to be without a member's node before the member is replaced (<c>replacement</c>);
    /// <see cref="Timeout.InfiniteTimeSpan"/> for never.
    /// </summary>
    public TimeSpan? Replacement { get; set; }

    /// <summary>How long a node that leaves waits until another node has its vote (<c>leave-timeout</c>).</summary>
    public TimeSpan? LeaveTimeout { get; set; }

    /// <summary>
    /// The service of Akka.Discovery whose nodes found the group (<c>contact-points.service-name</c>).
    /// </summary>
    public string? ServiceName { get; set; }

    /// <summary>The method of Akka.Discovery (<c>contact-points.discovery-method</c>).</summary>
    public string? DiscoveryMethod { get; set; }

    /// <summary>How many nodes found the group (<c>contact-points.founders</c>).</summary>
    public int? Founders { get; set; }

    /// <summary>
    /// Any other key of the section, as HOCON without the section's name: <c>check-interval = 2 s</c>. The properties
    /// above have priority.
    /// </summary>
    public string? Hocon { get; set; }

    /// <summary>The settings.</summary>
    /// <param name="systemConfig">The actor system's configuration.</param>
    /// <exception cref="ConfigurationException">A value is not usable; the message names it and its key.</exception>
    internal ClusterMembershipSettings ToSettings(Config systemConfig)
    {
        bool isNever = Replacement == Timeout.InfiniteTimeSpan;
        var own = new HoconSection()
            .Add("role", Role)
            .Add("desired-voters", DesiredVoters)
            .Add("replacement", isNever ? null : Replacement)
            .Add("replacement", isNever ? "never" : null)
            .Add("leave-timeout", LeaveTimeout)
            .Add("contact-points.service-name", ServiceName)
            .Add("contact-points.discovery-method", DiscoveryMethod)
            .Add("contact-points.founders", Founders);
        return ClusterMembershipSettings.FromConfig(own.Over(Hocon, systemConfig, ClusterMembershipSettings.Section));
    }
}
