using System.Text;
using Akka.Actor;
using RaftActors.Log;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Subscriptions;

/// <summary>
/// A subscriber that stores its index with its effect sees every entry once and in order, whatever happens to it and to
/// its peer.
/// </summary>
public sealed class SubscriptionSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void Killed_and_restarted_a_hundred_times_under_load_it_sees_every_entry_once_and_in_order()
    {
        using var cluster = Start(3);
        cluster.CheckSingleLeader();
        var stored = new Stored();
        int proposed = 0;
        for (int round = 0; round < 100; round++)
        {
            var peer = cluster.Peers[cluster.Random.Next(3)];
            var subscriber = Subscribe(peer, stored, credits: 1 + cluster.Random.Next(8));
            for (int i = 0; i < 10; i++)
                cluster.Propose(cluster.Peers[cluster.Random.Next(3)], $"{proposed++}");
            cluster.Run(Milliseconds(cluster.Random.Next(6)));
            peer.System.Stop(subscriber);
            cluster.Run(TimeSpan.Zero);
        }
        cluster.Run(Seconds(1));
        Subscribe(cluster.Peers[0], stored, credits: 64);

        AssertAll(cluster, stored, proposed);
    }

    [Fact]
    public void It_goes_on_at_another_peer_when_its_own_crashes()
    {
        using var cluster = Start(3);
        var stored = new Stored();
        int proposed = 0;
        for (int round = 0; round < 9; round++)
        {
            var leader = cluster.CheckSingleLeader();
            var peer = round % 2 == 0 ? leader : After(cluster, leader);
            Subscribe(peer, stored, credits: 4);
            var proposals = Enumerable.Range(0, 20).Select(_ => cluster.Propose(leader, $"{proposed++}")).ToList();
            cluster.Run(Milliseconds(cluster.Random.Next(8)));
            proposals.ForEach(proposal => cluster.Await(proposal));
            cluster.Crash(peer);
            cluster.Restart(peer);
        }
        Subscribe(cluster.CheckSingleLeader(), stored, credits: 64);

        AssertAll(cluster, stored, proposed);
    }

    [Fact]
    public void What_did_not_commit_is_never_seen()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        var stored = new Stored();
        Subscribe(leader, stored, credits: 64);
        cluster.CutOff(leader);
        for (int i = 0; i < 10; i++)
            cluster.Propose(leader, "lost");
        cluster.Run(Seconds(3));
        long index = cluster.One("kept", expectedPeers: 2);
        cluster.Heal(leader);
        cluster.Await(() => stored.Index >= index, "the subscriber has caught up");

        Assert.Equal(["kept"], Commands(stored));
        AssertInOrder(stored);
    }

    [Fact]
    public void One_that_gives_no_credits_back_is_sent_no_more_and_holds_up_nobody()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        var (silent, handled) = (new List<long>(), new Stored());
        leader.System.ActorOf(Props.Create(() => new SilentSubscriber(leader.Ref, silent, 7)));
        Subscribe(leader, handled, credits: 7);
        for (int i = 0; i < 50; i++)
            cluster.Await(cluster.Propose(leader, $"{i}"));
        cluster.Run(Seconds(1));

        Assert.Equal(Enumerable.Range(1, 7).Select(i => (long)i), silent);
        Assert.Equal(50, Commands(handled).Count);
        Assert.InRange(handled.MostAhead, 1, 7);
    }

    [Fact]
    public void One_beyond_the_limit_is_told_so()
    {
        using var cluster =
            Start(3, change: settings => settings with { Raft = raft => raft with { MaxSubscribers = 2 } });
        var leader = cluster.CheckSingleLeader();
        var stored = Enumerable.Range(0, 3).Select(_ => new Stored()).ToList();
        var first = Subscribe(leader, stored[0], 8);
        Subscribe(leader, stored[1], 8);
        cluster.Run(Milliseconds(10));
        Subscribe(leader, stored[2], 8);
        cluster.Run(Milliseconds(10));
        Assert.Contains("raft.max-subscribers", Assert.Single(stored[2].Ended));

        leader.System.Stop(first);
        cluster.Run(Milliseconds(10));
        Subscribe(leader, stored[2], 8);
        cluster.Await(() => stored[2].Index > 0, "there is room for another");
    }

    private static IActorRef Subscribe(RaftPeer peer, Stored stored, int credits)
    {
        var group = peer.Ref;
        return peer.System.ActorOf(Props.Create(() => new StoringSubscriber(group, stored, credits)));
    }

    private static void AssertAll(RaftCluster cluster, Stored stored, int proposed)
    {
        long last = cluster.StatusOf(cluster.CheckSingleLeader())!.CommitIndex;
        cluster.Await(() => stored.Index >= last, "the subscriber has caught up");
        AssertInOrder(stored);
        Assert.Equal(proposed, Commands(stored).Distinct().Count());
        Assert.Equal(proposed, Commands(stored).Count);
    }

    private static void AssertInOrder(Stored stored) =>
        Assert.Equal(Enumerable.Range(1, stored.Entries.Count).Select(i => (long)i),
            stored.Entries.Select(entry => entry.Index));

    private static List<string> Commands(Stored stored) =>
        stored.Entries.Where(entry => entry.Kind == EntryKind.Command)
            .Select(entry => Encoding.UTF8.GetString(entry.Payload.Bytes.Span)).ToList();
}
