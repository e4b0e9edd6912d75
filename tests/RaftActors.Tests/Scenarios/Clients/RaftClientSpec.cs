using System.Globalization;
using System.Text;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.TestKit;
using RaftActors.Tests.Scenarios.Sessions;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Clients;

/// <summary>A client finds the leader, tries again, and never does anything twice.</summary>
public sealed class RaftClientSpec(ITestOutputHelper output) : ClientSpec(output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Finds_the_leader_from_any_one_node(int known)
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(process, settings => settings with { Addresses = [After(cluster, leader, known).Address] });

        Assert.Equal("a", Text(cluster.Await(client.ProposeAsync(Bytes("a")))));
        Assert.Equal("ab", Text(cluster.Await(client.ProposeAsync(Bytes("b")))));
        Assert.Equal("ab", Encoding.UTF8.GetString((byte[])cluster.Await(client.QueryAsync(Bytes("?"))).Result!));
        AssertText(cluster, "ab");
    }

    [Fact]
    public void Finds_the_group_when_no_node_that_it_was_told_of_is_left()
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var known = After(cluster, leader);
        var client = Client(cluster.StartClient(), settings => settings with { Addresses = [known.Address] });
        Assert.Equal("a", Text(cluster.Await(client.ProposeAsync(Bytes("a")))));

        cluster.Crash(known);
        cluster.Crash(leader);
        var pending = client.ProposeAsync(Bytes("b"));
        cluster.Run(Seconds(5));
        cluster.Restart(leader);

        Assert.Equal("ab", Text(cluster.Await(pending)));
    }

    [Fact]
    public void Waits_for_a_leader_that_is_yet_to_be_elected()
    {
        using var cluster = StartCluster();

        var client = Client(cluster, cluster.StartClient());

        Assert.Equal("a", Text(cluster.Await(client.ProposeAsync(Bytes("a")))));
    }

    [Fact]
    public void Goes_through_the_peer_of_its_own_node()
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        foreach (var peer in cluster.Peers)
        {
            var client = RaftClient.Start(peer.System,
                new RaftClientSettings { Group = "test", Peer = peer.Ref, RandomSeed = 1 });
            cluster.Await(client.ProposeAsync(Bytes("x")));
        }
        AssertText(cluster, "xxx");
        Assert.Equal(leader, cluster.CheckSingleLeader());
    }

    [Fact]
    public void Keeps_no_more_under_way_than_its_window_and_refuses_what_may_not_wait()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process, settings => settings with { Window = 4, MaxWaiting = 16 });
        cluster.Await(client.ProposeAsync(Bytes(Token(0))));
        int most = 0, underWay = 0;
        process.Loses = message =>
        {
            underWay += message is Propose ? 1 : message is Proposed or ProposalFailed ? -1 : 0;
            most = Math.Max(most, underWay);
            return false;
        };

        var proposals = Enumerable.Range(1, 21).Select(i => client.ProposeAsync(Bytes(Token(i)))).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered");

        var refused = Assert.Single(proposals, proposal => proposal.IsFaulted);
        Assert.Equal(FailureReason.Overloaded, Failure(refused).Reason);
        Assert.Equal(4, most);
        AssertEachOnce(cluster, 21);
    }

    [Fact]
    public void Applies_everything_once_although_half_of_all_messages_are_lost()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        process.Loses = _ => cluster.Random.Next(2) == 0;
        var client = Client(cluster, process,
            settings => settings with { AttemptTimeout = Milliseconds(50), RetryBackoffMax = Milliseconds(100) });

        var proposals = ProposeAll(client, 200);
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered", Seconds(60));

        Assert.All(proposals, proposal => Assert.EndsWith("]", Text(proposal.Result)));
        AssertEachOnce(cluster, 200);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Survives_leaders_that_crash_or_are_cut_off(int seed, bool crash)
    {
        using var cluster = StartCluster(seed);
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        var proposals = new List<Task<Proposed>>();

        for (int round = 0; round < 6; round++)
        {
            var leader = cluster.CheckSingleLeader();
            proposals.AddRange(ProposeAll(client, 40, proposals.Count));
            cluster.Run(Milliseconds(cluster.Random.Next(12)));
            Fail(cluster, process, leader, crash);
            proposals.AddRange(ProposeAll(client, 10, proposals.Count));
            cluster.Await(() => AnotherLeads(cluster, leader), "another leader is elected");
            Repair(cluster, process, leader, crash);
        }
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered", Seconds(60));

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        AssertEachOnce(cluster, proposals.Count);
    }

    [Fact]
    public void Survives_a_peer_of_its_own_node_that_loses_the_leader_again_and_again()
    {
        using var cluster = StartCluster();
        var own = Others(cluster, cluster.CheckSingleLeader())[0];
        var client =
            RaftClient.Start(own.System, new RaftClientSettings { Group = "test", Peer = own.Ref, RandomSeed = 1 });
        var proposals = new List<Task<Proposed>>();

        for (int round = 0; round < 6; round++)
        {
            proposals.AddRange(ProposeAll(client, 30, proposals.Count));
            cluster.Run(Milliseconds(cluster.Random.Next(6)));
            var cut = cluster.Peers[round % 3];
            cluster.CutOff(cut);
            cluster.Run(Seconds(1));
            cluster.Heal(cut);
        }
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered", Seconds(60));

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        AssertEachOnce(cluster, proposals.Count);
    }

    [Fact]
    public void Attempts_become_rarer_and_are_spread()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        cluster.Partition();
        cluster.Run(Seconds(3));
        var attempts = new List<TimeSpan>();
        process.Loses = message =>
        {
            if (message is OpenSession)
                attempts.Add(cluster.Now);
            return false;
        };
        _ = Client(cluster, process).ProposeAsync(Bytes("a"), Seconds(30));
        cluster.Run(Seconds(20));

        Assert.InRange(attempts.Count, 20, 50);
        var waits = attempts.Zip(attempts.Skip(1), (one, next) => next - one).TakeLast(10).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, Seconds(0.5), Seconds(1.01)));
        Assert.True(waits.Distinct().Count() > 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Asks_each_node_once_before_it_is_more_patient_with_any(int seed)
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var begun = cluster.Now;
        var client = Client(cluster.StartClient(), settings => settings with
        {
            Addresses = ["gone1:4051", "gone2:4051", "gone3:4051", leader.Address], RandomSeed = seed,
        });

        cluster.Await(client.ProposeAsync(Bytes("a")));

        Assert.InRange(cluster.Now - begun, TimeSpan.Zero, Seconds(3.5));
    }

    [Fact]
    public void Keeps_its_session_alive_by_its_commands_and_else_by_signs_of_life()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        var (opened, signs) = (0, 0);
        process.Loses = message =>
        {
            opened += message is OpenSession ? 1 : 0;
            signs += message is KeepSessionAlive ? 1 : 0;
            return false;
        };

        for (int i = 0; i < 20; i++)
        {
            cluster.Await(client.ProposeAsync(Bytes(Token(i))));
            cluster.Run(SessionTimeout / 4);
        }
        int whileBusy = signs;
        cluster.Run(4 * SessionTimeout);
        cluster.Await(client.ProposeAsync(Bytes(Token(20))));

        Assert.Equal(0, whileBusy);
        // One in a third of the session's timeout.
        Assert.InRange(signs, 11, 12);
        Assert.Equal(1, opened);
        AssertEachOnce(cluster, 21);
    }

    [Fact]
    public void Serves_actors_as_a_peer_does()
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var client = leader.System.ActorOf(
            RaftClient.Props(new RaftClientSettings { Group = "test", Peer = leader.Ref, RandomSeed = 1 }));

        var proposed =
            Assert.IsType<Proposed>(cluster.Await(client.Ask<object>(new Propose(Bytes("a"), CorrelationId: 77))));
        var result =
            Assert.IsType<QueryResult>(cluster.Await(client.Ask<object>(new Query(Bytes("?"), CorrelationId: 78))));
        var refused = Assert.IsType<ProposalFailed>(
            cluster.Await(client.Ask<object>(new Propose(new Unreadable(), CorrelationId: 79))));

        Assert.Equal((77, "a"), (proposed.CorrelationId, Text(proposed)));
        Assert.Equal((78, "a"), (result.CorrelationId, Encoding.UTF8.GetString((byte[])result.Result!)));
        Assert.Equal((79, FailureReason.NotSerializable), (refused.CorrelationId, refused.Reason));
    }

    // No serializer can write it, not even one that takes anything.
    private sealed class Unreadable
    {
        public int Value => throw new NotSupportedException("It cannot be read.");
    }

    private static List<Task<Proposed>> ProposeAll(RaftClient client, int count, int first = 0) =>
        Enumerable.Range(first, count).Select(i => client.ProposeAsync(Bytes(Token(i)), TimeSpan.FromMinutes(5)))
            .ToList();

    private static void Fail(RaftCluster cluster, ClientProcess process, RaftPeer leader, bool crash)
    {
        if (crash)
        {
            cluster.Crash(leader);
            return;
        }
        cluster.CutOff(leader);
        process.Unreachable.Add(leader);
    }

    private static void Repair(RaftCluster cluster, ClientProcess process, RaftPeer leader, bool crash)
    {
        if (crash)
        {
            cluster.Restart(leader);
            return;
        }
        cluster.Heal(leader);
        process.Unreachable.Remove(leader);
    }

    private static bool AnotherLeads(RaftCluster cluster, RaftPeer old) =>
        Others(cluster, old).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader);

    private static string Token(int i) => string.Create(CultureInfo.InvariantCulture, $"[{i}]");

    private static void AssertEachOnce(RaftCluster cluster, int count)
    {
        cluster.CheckNothingLost();
        foreach (var peer in cluster.Peers)
        {
            var tokens = ((AppendingText)peer.StateMachine!).Text.Split(']', StringSplitOptions.RemoveEmptyEntries)
                .Select(token => token + "]").ToList();
            Assert.Equal(Enumerable.Range(0, count).Select(Token).Order(StringComparer.Ordinal),
                tokens.Order(StringComparer.Ordinal));
        }
    }
}
