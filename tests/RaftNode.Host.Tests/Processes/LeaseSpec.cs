using System.Net;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;
using RaftActors;
using RaftActors.Coordination;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The leases of a cluster of real processes: for a system of Akka.NET, and without a majority.</summary>
public sealed class LeaseSpec
{
    private const string Section = "akka.coordination.lease.raft";

    [Fact]
    public async Task An_actor_system_elsewhere_acquires_a_lease_of_the_cluster_and_an_operator_takes_it_away()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var system = ActorSystem.Create("app", Settings(cluster));
        try
        {
            var lease = (RaftLease)LeaseProvider.Get(system).GetLease("shard/1", Section, "app@127.0.0.1:1");
            var lost = new TaskCompletionSource<Exception>();
            Assert.True(await lease.Acquire(lost.SetResult));

            var shown = await RunAsync(cluster, "show", "shard/1", "--json");
            var document = JsonSerializer.Deserialize(shown.Output, HostJson.Default.LeaseDocument)!;
            Assert.Equal(("app@127.0.0.1:1", lease.Token), (document.Owner, document.Token));
            Assert.Equal(ExitCode.No, (await RunAsync(cluster, "acquire", "shard/1", "--owner", "other")).Code);

            Assert.Equal(ExitCode.Done, (await RunAsync(cluster, "release", "shard/1", "--force")).Code);
            await lost.Task.WaitAsync(ProgramRun.Patience);
            Assert.False(lease.CheckLease());
            Assert.Equal(ExitCode.Done, (await RunAsync(cluster, "acquire", "shard/1", "--owner", "other")).Code);
            Assert.False(await lease.Acquire());
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task Leases_outlive_the_leader_and_a_restart_and_without_a_majority_each_request_fails_in_time()
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raftnode.http.request-timeout = 1 s\n");
        var acquired = await RunAsync(cluster, "acquire", "job", "--owner", "anna", "--ttl", "600");
        Assert.Equal(ExitCode.Done, acquired.Code);
        int leader = await cluster.LeaderAsync();
        await cluster.KillAsync(leader);
        cluster.Start(leader);
        await cluster.ReadyAsync(leader);
        Assert.StartsWith("job  anna  token ", (await RunAsync(cluster, "show", "job")).Output);

        int left = (leader + 1) % 3;
        await cluster.KillAsync(leader);
        await cluster.KillAsync((leader + 2) % 3);
        string url = $"{cluster.Urls[left]}/leases/job";
        using var put = await cluster.Http.PutAsync(
            url, new StringContent("""{ "owner": "ben", "ttlSeconds": 30 }""", Encoding.UTF8, "application/json"));
        HttpStatusCode[] failures = [HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];
        Assert.Contains(put.StatusCode, failures);
        using var get = await cluster.Http.GetAsync(url);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, get.StatusCode);
        Assert.Contains("urn:raftnode:no-leader", await get.Content.ReadAsStringAsync());
        var list = await ProgramRun.ToEndAsync(["lease", "list", "--url", cluster.Urls[left]]);
        Assert.Equal(ExitCode.NotDone, list.Code);
        Assert.Single(list.Errors);
    }

    private static Config Settings(NodeCluster cluster)
    {
        string addresses = string.Join(", ", cluster.Addresses.Select(static address => $"\"raftnode@{address}\""));
        return ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = ERROR
              actor.provider = remote
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
              coordination.lease.raft { group = kv, addresses = [{{addresses}}] }
            }
            """).WithFallback(RaftLeases.DefaultConfig()).WithFallback(Raft.DefaultConfig());
    }

    private static Task<(int Code, string Output, IReadOnlyList<string> Errors)> RunAsync(
        NodeCluster cluster, params string[] arguments) =>
        ProgramRun.ToEndAsync(["lease", .. arguments, "--url", string.Join(',', cluster.Urls)]);
}
