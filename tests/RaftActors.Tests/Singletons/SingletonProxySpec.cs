using Akka.Actor;
using Akka.Event;
using RaftActors.Singletons;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Singletons;

/// <summary>How a singleton is reached.</summary>
public sealed class SingletonProxySpec(ITestOutputHelper output)
{
    [Fact]
    public void What_every_node_tells_it_before_it_runs_arrives_in_order()
    {
        using var cluster = Start();
        foreach (var peer in cluster.Group.Peers)
            TellNumbers(cluster.ProxyOn(peer), peer.Id, 0, 100);
        Assert.Empty(cluster.Told);

        cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));

        foreach (var peer in cluster.Group.Peers)
            Assert.Equal(Numbers(peer.Id, 0, 100), ToldBy(cluster, peer.Id));
        Assert.Empty(cluster.DeadLetters);
    }

    [Fact]
    public void What_is_told_while_it_moves_waits_and_arrives_in_order_at_its_next_place()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));
        var survivors = cluster.Group.Peers.Where(peer => peer != former.Peer).ToList();
        foreach (var peer in survivors)
            TellNumbers(cluster.ProxyOn(peer), peer.Id, 0, 10);
        cluster.Run(TimeSpan.FromSeconds(1));

        cluster.Crash(former.Peer);
        // Until they know that the leader is gone they tell it to nobody.
        cluster.Run(TimeSpan.FromMilliseconds(100));
        foreach (var peer in survivors)
            TellNumbers(cluster.ProxyOn(peer), peer.Id, 10, 20);
        var life = cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));

        foreach (var peer in survivors)
            Assert.Equal(Numbers(peer.Id, 0, 20), ToldBy(cluster, peer.Id));
        Assert.Equal(20, cluster.Told.Count(told => told.Node == life.Peer.Id));
        Assert.Empty(cluster.DeadLetters);
    }

    [Fact]
    public void Its_answers_reach_the_sender()
    {
        using var cluster = Start();
        var life = cluster.AwaitSingleton();
        var other = cluster.Group.Peers.First(peer => peer != life.Peer);

        var answer = cluster.ProxyOn(other).Ask<string>("work");

        Assert.Equal("done", cluster.Group.Await(answer));
    }

    [Fact]
    public void A_process_without_a_peer_reaches_it_and_finds_it_again_where_it_moves()
    {
        using var cluster = Start();
        var proxy = cluster.StartProxy(cluster.Group.StartClient());
        TellNumbers(proxy, "client", 0, 10);
        var former = cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(Numbers("client", 0, 10), ToldBy(cluster, "client"));

        cluster.Crash(former.Peer);
        cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));
        TellNumbers(proxy, "client", 10, 20);
        cluster.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(Numbers("client", 0, 20), ToldBy(cluster, "client"));
    }

    [Fact]
    public void What_exceeds_the_buffer_is_a_dead_letter_with_its_sender_and_the_rest_arrives()
    {
        using var cluster = Start(static settings => settings with { BufferSize = 3 });
        var peer = cluster.Group.Peers[0];

        TellNumbers(cluster.ProxyOn(peer), peer.Id, 0, 5);
        cluster.AwaitSingleton();
        cluster.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(Numbers(peer.Id, 0, 3), ToldBy(cluster, peer.Id));
        Assert.Equal(Numbers(peer.Id, 3, 5), cluster.DeadLetters.Select(static letter => (string)letter.Message));
        var dropped = Assert.IsType<Dropped>(cluster.DeadLetters[0]);
        Assert.Equal(cluster.ProxyOn(peer), dropped.Recipient);
        Assert.Contains("3 messages wait", dropped.Reason);
    }

    [Fact]
    public void What_still_waits_when_a_node_ends_is_a_dead_letter()
    {
        using var cluster = Start();
        var peer = cluster.Group.Peers[0];
        TellNumbers(cluster.ProxyOn(peer), peer.Id, 0, 3);
        cluster.Run(TimeSpan.FromMilliseconds(10));

        peer.System.Stop(cluster.ProxyOn(peer));
        cluster.Run(TimeSpan.FromMilliseconds(10));

        Assert.Equal(Numbers(peer.Id, 0, 3),
            cluster.DeadLetters.OfType<Dropped>().Select(static letter => letter.Message));
    }

    private static void TellNumbers(IActorRef proxy, string from, int first, int end)
    {
        foreach (string message in Numbers(from, first, end))
            proxy.Tell(message);
    }

    private static IEnumerable<string> Numbers(string from, int first, int end) =>
        Enumerable.Range(first, end - first).Select(number => $"{from} {number}");

    private static IEnumerable<string> ToldBy(SingletonCluster cluster, string from) => cluster.Told
        .Select(static told => told.Message)
        .Where(message => message.StartsWith($"{from} ", StringComparison.Ordinal));

    private SingletonCluster Start(Func<RaftSingletonSettings, RaftSingletonSettings>? change = null) =>
        new(new RaftClusterSettings { Output = output.WriteLine }, change);
}
