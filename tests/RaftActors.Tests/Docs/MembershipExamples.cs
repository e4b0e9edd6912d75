using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/membership.md shows, run on two nodes.</summary>
public sealed class MembershipExamples
{
    [Fact]
    public async Task A_node_is_added()
    {
        var (first, second) = FreePorts();
        var config = Config("node1", first, first);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), () => new Counter());
        await group.Ask<Proposed>(new Propose(new byte[] { 1 }));
        var added = new Member("node2", $"127.0.0.1:{second}");
        config = Config("node2", second, first, second);

        #region join
        var join = ConfigurationFactory.ParseString("raft.join = on").WithFallback(config);
        var newNode = ActorSystem.Create("app", join.WithFallback(Raft.DefaultConfig()));
        var settings = RaftSettings.FromConfig(newNode.Settings.Config.GetConfig("raft"));
        var peer = await Raft.Get(newNode).StartAsync(settings, () => new Counter());
        #endregion

        #region add-a-voter
        var present = await group.Ask<GroupMembers>(GetMembers.Instance);
        var voters = present.Members.Where(member => member.Role == MemberRole.Voter).Select(member => member.Member);
        var change = new ChangeMembers([.. voters, added], Learners: []) { ExpectedIndex = present.Index };
        var answer = await group.Ask<object>(change);
        // Proposed: the new configuration is committed, at its index. ProposalFailed says why not.
        #endregion

        Assert.IsType<Proposed>(answer);
        Assert.Equal([2], (byte[])(await peer.Ask<Proposed>(new Propose(new byte[] { 1 }))).Response!);
        Assert.Equal(2, (await group.Ask<RaftStatus>(GetStatus.Instance)).Members.Count);
        await newNode.Terminate();
        await system.Terminate();
    }

    private static Config Config(string id, int port, params int[] members) => ConfigurationFactory.ParseString($$"""
        raft { group = counters, member-id = {{id}}, members = [ {{string.Join(", ", members.Select((each, i) => $"{{ id = node{i + 1}, address = \"127.0.0.1:{each}\" }}"))}} ], leader-wait = 60 s, allow-volatile = on
          catch-up-timeout = 30 s, election-timeout { min = 2 s, max = 4 s }
        }
        akka { loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} } }
        """);

    private static (int First, int Second) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
