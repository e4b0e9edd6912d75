using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Cluster.Tests.Nodes;

/// <summary>Three real nodes that should found one group, one of which was given another name of the group.</summary>
public sealed class MixedGroupNamesSpec : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-names-").FullName;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<TestNode> _nodes = [];
    private string _settings = "";

    public Task InitializeAsync()
    {
        int[] ports = TestCluster.FreePorts(3);
        string[] ids = ["a", "b", "c"];
        _nodes.AddRange(ids.Select((id, i) => new TestNode(id, _folder) { Port = ports[i] }));
        string contactPoints = string.Join(", ", ports.Select(static port => $"\"127.0.0.1:{port}\""));
        _settings = $$"""
            raft { group = numbers, heartbeat-interval = 100 ms, election-timeout { min = 1 s, max = 2 s } }
            akka {
              loglevel = WARNING
              stdout-loglevel = OFF
              loggers = []
              extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
              actor.provider = cluster
              remote.dot-netty.tcp.hostname = 127.0.0.1
              coordinated-shutdown.run-by-actor-system-terminate = off
              cluster.raft { check-interval = 300 ms, contact-points { service-name = numbers, interval = 300 ms } }
              discovery { method = config, config.services.numbers.endpoints = [ {{contactPoints}} ] }
              persistence {
                journal.plugin = "akka.persistence.journal.raft-sqlite"
                snapshot-store.plugin = "akka.persistence.snapshot-store.raft-sqlite"
              }
            }
            """;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_nodes.Where(static node => node.IsRunning).Select(static node => node.KillAsync()));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Nothing_is_founded_and_each_side_names_the_other_until_all_have_the_same_name()
    {
        await StartAsync(_nodes[0], _settings);
        await StartAsync(_nodes[1], _settings);
        await StartAsync(_nodes[2], _settings.Replace("group = numbers", "group = number"));
        string[] addresses = [.. _nodes.Select(static node => $"127.0.0.1:{node.Port}").Order(StringComparer.Ordinal)];
        string wrong = $"127.0.0.1:{_nodes[2].Port}";
        string right = string.Join(" and ", addresses.Except([wrong]));

        await TestCluster.UntilAsync(
            () => Task.FromResult(_errors.Any(error => error.Contains($"{wrong} is a contact point of the group numbers, "
                + "but has members of these groups only: [number]", StringComparison.Ordinal))),
            "the log of a node names the stranger", () => string.Join('\n', _errors));
        await TestCluster.UntilAsync(
            async () => (await ReasonAsync(_nodes[0])).EndsWith($"At {wrong} there is no member of this group.")
                && (await ReasonAsync(_nodes[2], "number")).EndsWith($"At {right} there is no member of this group."),
            "both sides name the other", () => ReasonAsync(_nodes[2], "number").Result);
        foreach (var node in _nodes)
            Assert.Equal(0, (await node.StatusAsync())?.LastIndex);

        await _nodes[2].KillAsync();
        await StartAsync(_nodes[2], _settings);
        await TestCluster.UntilAsync(
            async () => (await GroupIdsAsync()) is { Length: 1 } ids && ids[0].Length > 0,
            "all three are of one group", () => ReasonAsync(_nodes[0]).Result);
    }

    private async Task StartAsync(TestNode node, string settings)
    {
        await node.StartAsync(settings);
        node.System.ActorOf(Props.Create(() => new ErrorListener(_errors)));
    }

    private static async Task<string> ReasonAsync(TestNode node, string group = "numbers") =>
        (await ClusterMembership.Get(node.System).GetStatusAsync(group, TimeSpan.FromSeconds(10))).Reason;

    private async Task<string[]> GroupIdsAsync()
    {
        var statuses = await Task.WhenAll(_nodes.Select(static node => node.StatusAsync()));
        return [.. statuses.Select(static status => status?.GroupId ?? "").Distinct()];
    }

    private sealed class ErrorListener : ReceiveActor
    {
        public ErrorListener(ConcurrentQueue<string> errors)
        {
            Context.System.EventStream.Subscribe(Self, typeof(Error));
            Receive<Error>(error => errors.Enqueue(error.ToString()));
        }
    }
}
