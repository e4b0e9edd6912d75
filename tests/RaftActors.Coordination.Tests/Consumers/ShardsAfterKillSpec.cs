using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>
/// Akka.NET's <c>ShardRegion</c> with <c>use-lease</c> and 200 shards on four processes, one of which is killed.
/// </summary>
public sealed class ShardsAfterKillSpec(ITestOutputHelper output) : IDisposable
{
    private const int Nodes = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }
    }

    [Fact]
    public async Task All_shards_of_a_killed_process_start_on_the_other_nodes()
    {
        var ports = FreePorts(Nodes);
        for (int i = 0; i < Nodes; i++)
            Start(i, ports);
        foreach (var process in _processes)
            Assert.Equal("up", await ReadAsync(process));
        await AskAsync(2, "0 1 2 3");

        // The oldest node, which allocates the shards and holds a quarter of them.
        _processes[0].Kill();

        string answer = await AskAsync(2, "1 2 3");
        output.WriteLine(
            $"{ShardNode.ShardCount} shards, seconds until all have answered from the other nodes: {answer}");
    }

    private async Task<string> AskAsync(int node, string nodes)
    {
        await _processes[node].StandardInput.WriteLineAsync(nodes);
        return await ReadAsync(_processes[node]);
    }

    private static async Task<string> ReadAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException($"A process ended: {await process.StandardError.ReadToEndAsync()}");

    private void Start(int node, int[] ports)
    {
        string program = typeof(ShardNode).Assembly.Location;
        var numbers = ports.Prepend(node).Select(static number => number.ToString(CultureInfo.InvariantCulture));
        _processes.Add(Process.Start(new ProcessStartInfo("dotnet", [program, .. numbers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(static listener => listener.Stop());
        return ports;
    }
}
