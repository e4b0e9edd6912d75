using System.Text.Json;
using Akka.Actor;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftActors.Bench;

/// <summary>
/// Runs the host's node in a process of the bench, so that load can be made inside the node and its counters can be
/// read. An order is a line of JSON on standard input, and its answer is a line on standard output. The end of standard
/// input stops the node.
/// </summary>
internal static class BenchNode
{
    /// <summary>Runs the node.</summary>
    public static async Task<int> RunAsync(string config, string data)
    {
        await using var node = await RunningNode.StartAsync(NodeSettings.Load(config, data));
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<NodeOrder>(line)!;
            if (order.Load is null)
                Answer(new NodeAnswer(order.Id, Counters: NodeCounters.Now(order.ForgetPeak)));
            else
                _ = RunLoadAsync(node, order.Id, order.Load);
        }
        return 0;
    }

    private static async Task RunLoadAsync(RunningNode node, long id, LoadOrder order)
    {
        var result = new TaskCompletionSource<LoadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        IActorRef[] groups = [node.Group];
        var driver = order.Rate is null
            ? Props.Create(() => new LoadDriver(groups, order, result))
            : Props.Create(() => new PacedLoadDriver(node.Group, order, result));
        node.System.ActorOf(driver, $"load-{id}");
        try
        {
            Answer(new NodeAnswer(id, await result.Task));
        }
        catch (BenchException e)
        {
            Answer(new NodeAnswer(id, Error: e.Message));
        }
    }

    private static void Answer(NodeAnswer answer) => Console.WriteLine(JsonSerializer.Serialize(answer));
}
