using System.Globalization;
using System.Text;
using RaftActors.Client;
using RaftActors.TestKit;
using RaftActors.Tests.Scenarios.Sessions;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Clients;

/// <summary>
/// All peers are stopped in order and started again, one after the other, while clients propose: nothing fails, and
/// nothing is done twice.
/// </summary>
public sealed class RollingRestartSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    private const int Clients = 4;
    private const int Burst = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_client_sees_a_failure_and_each_command_is_applied_once(int seed)
    {
        using var cluster = Start(3, seed, settings => settings with { StateMachine = () => new AppendingText() });
        cluster.CheckSingleLeader();
        var clients = Enumerable.Range(0, Clients).Select(_ => cluster.StartClient())
            .Select(process => RaftClient.Start(process.System, process.ClientSettings)).ToList();
        var proposals = new List<Task<Proposed>>();
        for (int round = 0; round < 6; round++)
        {
            var peer = cluster.Peers[round % 3];
            ProposeAll(clients, proposals);
            cluster.Run(Milliseconds(cluster.Random.Next(12)));
            cluster.Stop(peer);
            ProposeAll(clients, proposals);
            cluster.Run(Milliseconds(cluster.Random.Next(12)));
            cluster.Restart(peer);
            ProposeAll(clients, proposals);
            // As an operator does: the next is stopped when this one has caught up.
            cluster.CheckNothingLost();
        }
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered", Seconds(60));

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        AssertEachOnce(cluster, proposals.Count);
    }

    private static void ProposeAll(List<RaftClient> clients, List<Task<Proposed>> proposals)
    {
        for (int i = 0; i < Burst; i++)
            proposals.Add(clients[i % clients.Count].ProposeAsync(Encoding.UTF8.GetBytes(Token(proposals.Count))));
    }

    private static void AssertEachOnce(RaftCluster cluster, int count)
    {
        cluster.CheckNothingLost();
        var expected = Enumerable.Range(0, count).Select(Token).Order(StringComparer.Ordinal).ToList();
        foreach (var peer in cluster.Peers)
        {
            string text = ((AppendingText)peer.StateMachine!).Text;
            Assert.Equal(expected,
                text.Split(']', StringSplitOptions.RemoveEmptyEntries).Select(token => token + "]")
                .Order(StringComparer.Ordinal));
        }
    }

    private static string Token(int i) => string.Create(CultureInfo.InvariantCulture, $"[{i}]");
}
