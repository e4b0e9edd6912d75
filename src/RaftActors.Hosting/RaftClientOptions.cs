using Akka.Configuration;
using RaftActors.Client;

namespace RaftActors.Hosting;

/// <summary>
/// How a client of a group runs on a node that is not a member of the group. A value that is <c>null</c> is not set.
/// The section <c>raft</c> of the actor system's configuration then counts, and <c>reference.conf</c> of RaftActors
/// behind it.
/// </summary>
public sealed class RaftClientOptions
{
    /// <summary>
    /// The addresses of nodes of the group, <c>host:port</c> or <c>system@host:port</c> (<c>raft.client.addresses</c>).
    /// One of these nodes must be reachable. Empty means the addresses of the configuration.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>After what time a command or query fails (<c>raft.client.deadline</c>).</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>
    /// Any other key of the section <c>raft</c>, as HOCON without that prefix: <c>client.window = 16</c>. The
    /// properties above have priority.
    /// </summary>
    public string? Hocon { get; set; }

    /// <summary>The settings of the client.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="systemConfig">The actor system's configuration.</param>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the value and its key.
    /// </exception>
    internal RaftClientSettings ToSettings(string group, Config systemConfig)
    {
        var own = new HoconSection()
            .Add("group", group)
            .Add("client.addresses", Addresses)
            .Add("client.deadline", Deadline);
        return RaftClientSettings.FromConfig(own.Over(Hocon, systemConfig));
    }
}
