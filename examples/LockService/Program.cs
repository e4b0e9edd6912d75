using Akka.Actor;
using Akka.Configuration;
using RaftActors;
using RaftActors.Client;

namespace LockService;

/// <summary>
/// A group of one node, with its journal in memory. With more members and a journal on disk, nothing else changes.
/// </summary>
public static class Program
{
    private static readonly Config Node = ConfigurationFactory.ParseString("""
        raft {
          group = locks, allow-volatile = on
          member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ]
        }
        akka.loglevel = WARNING
        """);

    /// <summary>Two workers compete for one lock.</summary>
    public static async Task Main()
    {
        using var system = ActorSystem.Create("locks", Node.WithFallback(Raft.DefaultConfig()));
        var raft = system.Settings.Config.GetConfig("raft");
        var group = await Raft.Get(system).StartAsync(RaftSettings.FromConfig(raft), () => new Locks());
        await using (var client = RaftClient.Start(system, RaftClientSettings.FromConfig(raft) with { Peer = group }))
        {
            var (anna, ben) = (new LockClient(client, "anna"), new LockClient(client, "ben"));
            var report = new FencedStore<string>();
            var lease = TimeSpan.FromSeconds(30);

            long token = await anna.TryAcquireAsync("report", lease) ?? 0;
            Console.WriteLine($"anna has the lock: {token > 0}");
            Console.WriteLine($"ben has the lock: {await ben.TryAcquireAsync("report", lease) is not null}; it is with "
                + $"{(await ben.HolderAsync("report")).Owner}");
            await anna.ReleaseAsync("report", token);
            long later = await ben.TryAcquireAsync("report", lease) ?? 0;
            Console.WriteLine($"ben has the lock: {later > 0}");
            Console.WriteLine($"ben writes: {report.TryWrite(later, "by ben")}");
            Console.WriteLine($"anna, who does not know it yet, writes: {report.TryWrite(token, "by anna")}");
        }
        await system.Terminate();
    }
}
