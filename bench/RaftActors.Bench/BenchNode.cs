using System.Text.Json;
using Akka.Actor;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftActors.Bench;

/// <summary>
/// The node that the host runs, in a process of the bench's own, so that load can be made inside it: an order is a line of JSON on standard input, its answer one on standard
/// output. The end of standard input stops the node.
/// </summary>
internal static class BenchNode
{
    /// <summary>Runs the node.</summary>
    public static async Task<int> RunAsync(string config, string data)
    {
        await using var node = await RunningNode.StartAsync(NodeSettings.Load(config, data));
        using var input = new StreamReader(Console.OpenStandardInput());
        var run = 0;
        while (await input.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<LoadOrder>(line)!;
            var result = new TaskCompletionSource<LoadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            node.System.ActorOf(Props.Create(() => new LoadDriver(node.Group, order, result)), $"load-{++run}");
            LoadAnswer answer;
            try
            {
                answer = new LoadAnswer(await result.Task, null);
            }
            catch (BenchException e)
            {
                answer = new LoadAnswer(null, e.Message);
            }
            Console.WriteLine(JsonSerializer.Serialize(answer));
        }
        return 0;
    }
}
