using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Resting;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Groups;

/// <summary>A group that has rested for long sleeps: its peers wake for whatever is asked.</summary>
public sealed class SleepingGroupSpec : SleepScenario
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Peers_that_rest_for_the_time_sleep(int count)
    {
        using var nodes = new GroupNodes(count, Settings.Replace("1 s", "10 s"));
        nodes.RegisterAll();
        nodes.Create(Group);
        nodes.Await(() => nodes.All.TrueForAll(node => Status(nodes, node).IsResting), "all rest");
        var begin = nodes.Now;

        nodes.Await(() => AllSleep(nodes), "all peers sleep");

        Assert.InRange(nodes.Now - begin, 9 * Second, 13 * Second);
    }

    [Fact]
    public void The_default_is_ten_minutes()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create(Group);

        nodes.Run(TimeSpan.FromMinutes(9.9));
        Assert.False(Sleeps(nodes[0]));
        nodes.Run(TimeSpan.FromMinutes(0.2));
        Assert.True(Sleeps(nodes[0]));
    }

    [Fact]
    public void If_it_is_off_or_the_application_has_started_it_a_group_does_not_sleep()
    {
        using var nodes = new GroupNodes(1, "rest-after = 1, digest-interval = 0 s, groups.sleep-after = 0 s");
        nodes.RegisterAll();
        nodes.Create(Group);

        nodes.Run(TimeSpan.FromHours(1));

        Assert.False(Sleeps(nodes[0]));
        var section = ConfigurationFactory.ParseString("group = own, groups.sleep-after = 1 s")
            .WithFallback(nodes[0].System.Settings.Config.GetConfig("raft"));
        Assert.Equal(TimeSpan.Zero, RaftSettings.FromConfig(section).SleepAfter);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void A_proposal_wakes_the_group_which_goes_on_in_its_term(int count, bool atLeader)
    {
        using var nodes = StartAsleep(count);
        var leader = Leader(nodes);
        long term = Status(nodes, leader).Term;
        var asked = atLeader ? leader : Others(nodes, leader)[0];

        for (int i = 1; i <= 5; i++)
        {
            nodes.Await(() => AllSleep(nodes), "all peers sleep");
            var begin = nodes.Now;
            Assert.Equal(i, Count(nodes, asked));
            Assert.InRange(nodes.Now - begin, TimeSpan.Zero, Second / 10);
        }

        Assert.Equal(term, Status(nodes, leader).Term);
        Assert.Equal(leader, Leader(nodes));
        // The founding and the five.
        Assert.All(nodes.All, node => Assert.Equal(6, Status(nodes, node).CommitIndex));
    }

    [Fact]
    public void A_peer_goes_on_from_its_snapshot()
    {
        using var nodes = StartAsleep(settings: $"{Settings}, snapshot {{ entries = 5, trailing-entries = 0 }}");
        var leader = Leader(nodes);
        long term = Status(nodes, leader).Term;

        for (int i = 1; i <= 30; i++)
        {
            Assert.Equal(i, Count(nodes, nodes[i % 3]));
            if (i % 4 == 0)
                nodes.Await(() => AllSleep(nodes), "all peers sleep");
        }

        Assert.All(nodes.All, node => Assert.Equal((term, leader.Id, true),
            (Status(nodes, node).Term, Status(nodes, node).Leader!.Id, Status(nodes, node).SnapshotIndex > 0)));
        Assert.All(nodes.All, static node => Assert.Empty(node.Logged));
    }

    [Fact]
    public void Who_asks_for_the_status_does_not_end_the_rest()
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);
        Assert.Equal(1, Count(nodes, leader));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");

        var status = Status(nodes, leader);

        Assert.True(status.IsResting);
        Assert.Equal((RaftRole.Leader, 2, 2, 2),
            (status.Role, status.LastIndex, status.PersistedIndex, status.CommitIndex));
        Assert.All(status.Followers, static follower => Assert.Equal(2, follower.MatchIndex));
        Assert.All(Others(nodes, leader), static node => Assert.True(Sleeps(node)));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
    }

    [Theory]
    [InlineData(ReadConsistency.Linearizable)]
    [InlineData(ReadConsistency.Stale)]
    public void Each_peer_answers_a_query(ReadConsistency consistency)
    {
        using var nodes = StartAsleep();
        Assert.Equal(1, Count(nodes, nodes[0]));
        foreach (var node in nodes.All)
        {
            nodes.Await(() => AllSleep(nodes), "all peers sleep");
            var answer = nodes.Await(Actor(node).Ask<object>(
                new Query("count", consistency), Timeout.InfiniteTimeSpan));
            Assert.Equal(1, BitConverter.ToInt64((byte[])Assert.IsType<QueryResult>(answer).Result!));
        }
    }

    [Fact]
    public void Messages_wait_for_the_peer_in_their_order()
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);

        List<Task<object>> asked = [.. Enumerable.Range(0, 100).Select(_ => Propose(leader))];

        Assert.Equal(Enumerable.Range(1, 100).Select(static i => (long)i),
            asked.Select(task => GroupNodes.CountOf((Proposed)nodes.Await(task))));
    }

    // The messages come after so many turns of actors, while the peer falls asleep.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_message_is_lost_while_a_peer_falls_asleep(bool atLeader)
    {
        using var nodes = new GroupNodes(3, Settings.Replace("after = 1 s", "after = 1 h"));
        nodes.RegisterAll();
        nodes.Create(Group);
        nodes.Await(() => nodes.All.TrueForAll(node => Status(nodes, node).IsResting), "all rest");
        var node = nodes.All.First(node => Status(nodes, node).Role == RaftRole.Leader == atLeader);
        var found = new List<bool>();
        var relay = node.System.ActorOf(Props.Create(() => new Relay(node, found)));

        for (int turns = 0; turns < 60; turns++)
        {
            nodes.Await(() => Status(nodes, node).IsResting, "the peer rests");
            for (int rest = 1; rest <= turns + 10; rest++)
                Actor(node).Tell(new SleepDue(rest));
            var asked = relay.Ask<object>(turns, Timeout.InfiniteTimeSpan);
            Assert.Equal(turns + 1, GroupNodes.CountOf(Assert.IsType<Proposed>(nodes.Await(asked))));
        }

        Assert.Contains(true, found);
        Assert.Contains(false, found);
    }

    [Fact]
    public void A_group_that_sleeps_can_be_destroyed_and_created_again()
    {
        using var nodes = StartAsleep();
        Assert.Equal(1, Count(nodes, nodes[0]));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");

        foreach (var node in nodes.All)
            nodes.Await(node.Raft.DestroyAsync(Group));
        nodes.Create(Group);

        Assert.Equal(1, Count(nodes, nodes[1]));
    }

    [Fact]
    public void Members_can_be_changed()
    {
        using var nodes = new GroupNodes(4, Settings);
        nodes.RegisterAll();
        foreach (var node in nodes.All.Take(3))
        {
            nodes.Await(node.Raft.CreateAsync(new GroupDefinition
            {
                Group = Group, StateMachine = "counter", Members = [.. nodes.Members.Take(3)],
            }));
        }
        nodes.Await(() => nodes.All.Take(3).All(node => Sleeps(node)), "all peers sleep");
        nodes.Await(nodes[3].Raft.CreateAsync(new GroupDefinition
        {
            Group = Group, StateMachine = "counter", Members = [nodes.Members[3]], Join = true,
        }));

        var members = nodes.Await(nodes[0].Raft.AddNodeToGroupAsync(Group, nodes.Members[3], 10 * Second));

        Assert.Equal(4, members.Members.Count);
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        Assert.Equal(1, Count(nodes, nodes[3]));
    }

    [Fact]
    public void A_peer_with_a_subscriber_does_not_sleep()
    {
        using var nodes = StartAsleep();
        var subscriber = nodes[0].System.ActorOf(Props.Create(() => new Ignoring()));

        Actor(nodes[0]).Tell(new Subscribe(1, subscriber));
        nodes.Run(100 * Second);

        Assert.Equal([false, true, true], nodes.All.Select(node => Sleeps(node)));
        Actor(nodes[0]).Tell(new Unsubscribe(subscriber));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
    }

    [Fact]
    public void A_peer_whose_state_machine_wants_to_know_who_leads_does_not_sleep()
    {
        using var nodes = new GroupNodes(1, Settings);
        nodes.Register(nodes[0], create: static _ => new AwareMachine());
        nodes.Create(Group);

        nodes.Run(100 * Second);

        Assert.False(Sleeps(nodes[0]));
    }

    // Otherwise a late answer from before the sleep would confirm a read that came after it.
    [Fact]
    public void A_leader_never_uses_a_read_context_of_its_term_twice()
    {
        using var nodes = new GroupNodes(3, Settings);
        var contexts = new List<(long Term, long Context)>();
        foreach (var node in nodes.All)
        {
            nodes.Register(node, change: settings =>
                settings with { Resolver = new Spy(settings.Resolver!, contexts) });
        }
        nodes.Create(Group);
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        var leader = Leader(nodes);
        var used = new HashSet<(long, long)>();

        for (int i = 0; i < 5; i++)
        {
            contexts.Clear();
            nodes.Await(Actor(leader).Ask<object>(new Query("count"), Timeout.InfiniteTimeSpan));
            Assert.True(used.Add(contexts.Max()));
            nodes.Await(() => AllSleep(nodes), "all peers sleep");
        }
    }

    private sealed class Ignoring : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    // Proposes one after so many turns, and notes whether the peer slept by then.
    private sealed class Relay(GroupNode node, List<bool> sleeps) : UntypedActor
    {
        private readonly IActorRef _echo = Context.ActorOf(Props.Create(() => new Echo()));

        protected override void OnReceive(object message)
        {
            if ((int)message > 0)
            {
                _echo.Forward((int)message - 1);
                return;
            }
            sleeps.Add(Sleeps(node));
            Actor(node).Forward(new Propose(new byte[] { 1 }));
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Context.Parent.Forward(message);
    }

    private sealed class AwareMachine : IStateMachine, ILeadershipAware
    {
        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }

        public void LeaderChanged(Member? former, Member? leader, long term)
        {
        }

        public void RoleChanged(RaftRole role, long term)
        {
        }
    }

    private sealed class Spy(IPeerResolver resolver, List<(long Term, long Context)> contexts) : IPeerResolver
    {
        public ICanTell Resolve(string nodeAddress, string group) =>
            new Reference(resolver.Resolve(nodeAddress, group), contexts);

        private sealed class Reference(ICanTell peer, List<(long Term, long Context)> contexts) : ICanTell
        {
            public void Tell(object message, IActorRef sender)
            {
                if (message is AppendEntries append)
                    contexts.Add((append.Term, append.ReadContext));
                peer.Tell(message, sender);
            }
        }
    }
}
