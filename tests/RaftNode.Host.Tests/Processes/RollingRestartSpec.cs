using Akka.Actor;
using Akka.Configuration;
using RaftActors;
using RaftActors.Client;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;
using Xunit.Abstractions;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// A rolling restart of real processes, as a client with a session on a node of its own sees it: not at all.
/// </summary>
public sealed class RollingRestartSpec(ITestOutputHelper output)
{
    private const int Writers = 16;
    private const int Step = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private int _next;
    private int _done;
    private volatile bool _ended;

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task No_client_sees_a_failure_and_nothing_is_done_twice(NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(3, journal: journal);
        var config = ConfigurationFactory.ParseString("akka.loglevel = ERROR, akka.remote.dot-netty.tcp { hostname = "
            + "\"127.0.0.1\", port = 0 }")
            .WithFallback(NodeSettings.Reference()).WithFallback(Raft.DefaultConfig());
        var system = ActorSystem.Create(RunningNode.SystemName, config);
        try
        {
            await using var client =
                RaftClient.Start(system, new RaftClientSettings { Group = "kv", Addresses = cluster.Addresses });
            var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync(client)));
            for (var node = 0; node < 3; node++)
            {
                await ProgressAsync(cluster, writing);
                cluster.Run(node).Terminate();
                Assert.Equal(ExitCode.Done, await cluster.Run(node).ExitAsync());
                await ProgressAsync(cluster, writing);
                cluster.Start(node);
                await cluster.ReadyAsync(node);
                output.WriteLine($"restarted node{node + 1} after {_done} acknowledged writes");
            }
            await ProgressAsync(cluster, writing);
            _ended = true;
            await writing;
            Assert.Equal(_next, _done);
            Assert.All(await cluster.SettledAsync(), status => Assert.Equal(_done, status.State.Keys));
        }
        finally
        {
            await system.Terminate();
        }
    }

    // A key is created once. Done a second time, the command would be answered that there is a value already.
    private async Task WriteAsync(RaftClient client)
    {
        while (!_ended)
        {
            var key = $"key/{Interlocked.Increment(ref _next)}";
            var proposed = await client.ProposeAsync(new PutValue(key, new byte[64], WriteCondition.Absent), Deadline);
            Assert.Equal(WriteOutcome.Created, Assert.IsType<WriteResult>(proposed.Response).Outcome);
            Interlocked.Increment(ref _done);
        }
    }

    private async Task ProgressAsync(NodeCluster cluster, Task writing)
    {
        var goal = Volatile.Read(ref _done) + Step;
        await Eventually.IsTrueAsync($"{goal} acknowledged writes", async () =>
        {
            if (writing.IsFaulted)
                await writing;
            return Volatile.Read(ref _done) >= goal;
        }, () => $"There were {_done}.\n{cluster.Transcripts()}");
    }
}
