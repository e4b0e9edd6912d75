using Akka.Configuration;
using RaftActors.Client;

namespace RaftActors.Hosting;

/// <summary>
/// How a client of a group runs on a node that is not a member of the group. A value that is <c>null</c> is not set:
/// the section <c>raft</c> of the actor system's configuration counts, and <c>reference.conf</c> of RaftActors behind
/// it.
/// </summary>
public sealed class RaftClientOptions
{
    /// <summary>
    /// Nodes of the group, <c>host:port</c> or <c>system@host:port</c>: enough of them that one is there
    /// (<c>raft.client.addresses</c>); empty for those of the configuration.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>After what time a command or query is given up (<c>raft.client.deadline</c>).</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>
    /// Any other key of the section <c>raft</c>, as HOCON without that prefix: <c>client.window = 16</c>. The
    /// properties above have priority.
    /// </summary>
    public string? Hocon { get; set; }

    /// <summary>The settings of the client.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="systemConfig">The actor system's configuration.</param>
    /// <exception cref="ConfigurationException">A value is not usable; the message names it and its key.</exception>
    internal RaftClientSettings ToSettings(string group, Config systemConfig)
    {
        var own = new HoconSection()
            .Add("group", group)
            .Add("client.addresses", Addresses)
            .Add("client.deadline", Deadline);
        return RaftClientSettings.FromConfig(own.Over(Hocon, systemConfig));
    }
}
