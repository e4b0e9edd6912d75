using System.Text;
using RaftActors.Client;
using RaftActors.TestKit;
using RaftActors.Tests.Scenarios.Sessions;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Clients;

/// <summary>Clients of a cluster whose state machine joins the texts that it is given.</summary>
public abstract class ClientSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    private protected static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(6);

    private protected RaftCluster StartCluster(int seed = 1, Func<RaftSettings, RaftSettings>? change = null) =>
        Start(3, seed, settings => settings with
    {
        StateMachine = () => new AppendingText(),
        Raft = raft => (change ?? (same => same))(raft with { SessionTimeout = SessionTimeout }),
    });

    private protected static RaftClient Client(RaftCluster cluster, ClientProcess process,
        Func<RaftClientSettings, RaftClientSettings>? change = null) =>
        Client(process, settings =>
            (change ?? (same =>
            same))(settings with { Addresses = cluster.Peers.Select(peer => peer.Address).ToList() }));

    private protected static RaftClient Client(
        ClientProcess process, Func<RaftClientSettings, RaftClientSettings> change) =>
        RaftClient.Start(process.System,
            change(new RaftClientSettings { Group = "test", Resolver = process.Resolver, RandomSeed = 1 }));

    private protected static RaftClientException Failure(Task task) =>
        Assert.IsType<RaftClientException>(task.Exception!.InnerException);

    private protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static string Text(Proposed proposed) => Encoding.UTF8.GetString((byte[])proposed.Response!);

    private protected static void AssertText(RaftCluster cluster, string text)
    {
        cluster.CheckNothingLost();
        foreach (var peer in cluster.Peers)
            Assert.Equal(text, ((AppendingText)peer.StateMachine!).Text);
    }
}
