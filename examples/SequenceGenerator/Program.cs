using Akka.Actor;
using Akka.Configuration;
using RaftActors;
using RaftActors.Client;

namespace SequenceGenerator;

/// <summary>
/// A group of one node, with its journal in memory. With more members and a journal on disk, nothing else changes.
/// </summary>
public static class Program
{
    private static readonly Config Node = ConfigurationFactory.ParseString("""
        raft {
          group = sequences, allow-volatile = on
          member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ]
        }
        akka.loglevel = WARNING
        """);

    /// <summary>Takes a few numbers of the sequence that the first argument names.</summary>
    public static async Task Main(string[] arguments)
    {
        string sequence = arguments.Length > 0 ? arguments[0] : "orders";
        using var system = ActorSystem.Create("sequences", Node.WithFallback(Raft.DefaultConfig()));
        var raft = system.Settings.Config.GetConfig("raft");
        var group = await Raft.Get(system).StartAsync(RaftSettings.FromConfig(raft), () => new Sequences());
        await using (var client = RaftClient.Start(system, RaftClientSettings.FromConfig(raft) with { Peer = group }))
        {
            var sequences = new SequenceClient(client);
            for (int i = 0; i < 3; i++)
                Console.WriteLine($"{sequence}: {await sequences.TakeAsync(sequence)}");
            Console.WriteLine($"{sequence}: a block of 100 from {await sequences.TakeAsync(sequence, 100)} on");
            Console.WriteLine($"{sequence}: the last is {await sequences.LastAsync(sequence)}");
        }
        await system.Terminate();
    }
}
