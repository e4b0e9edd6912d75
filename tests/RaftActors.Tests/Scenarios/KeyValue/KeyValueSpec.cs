using System.Globalization;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>RAFT_STORM_SEEDS=1..1000 runs other seeds than the few of every day.</summary>
public sealed class KeyValueSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    private readonly ITestOutputHelper _output = output;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Partitions_restarts_unreliable_network_many_clients_many_keys_together_are_linearizable(int peers)
    {
        var (first, last) = Seeds();
        for (int seed = first; seed <= last; seed++)
        {
            try
            {
                int answered = KeyValueStorm.Run(new RaftClusterSettings { Peers = peers, Seed = seed,
                    Output = Environment.GetEnvironmentVariable("TRACE") is null ? null : _output.WriteLine });
                Assert.True(answered > 5, $"only {answered} operations were answered");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed} of {peers} peers: {e.Message}", e);
            }
        }
        _output.WriteLine($"{last - first + 1} seeds of {peers} peers");
    }

    private static (int First, int Last) Seeds()
    {
        string[] seeds = (Environment.GetEnvironmentVariable(
            "RAFT_STORM_SEEDS") is { Length: > 0 } given ? given : "1..8").Split("..");
        return (int.Parse(seeds[0], CultureInfo.InvariantCulture), int.Parse(seeds[^1], CultureInfo.InvariantCulture));
    }
}
