using Akka.Actor;
using RaftActors.Client;
using RaftActors.Groups;

namespace RaftActors.Tests.Groups;

/// <summary>Nodes whose peers sleep after a second of rest.</summary>
public abstract class SleepScenario
{
    private protected const string Group = "orders";
    private protected const string Settings =
        "rest-after = 1, digest-interval = 0 s, placement-interval = 0 s, groups.sleep-after = 1 s";

    private protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private protected static GroupNodes StartAsleep(int count = 3, string settings = Settings)
    {
        var nodes = new GroupNodes(count, settings);
        nodes.RegisterAll();
        nodes.Create(Group);
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        return nodes;
    }

    private protected static bool AllSleep(GroupNodes nodes, string group = Group) =>
        nodes.All.TrueForAll(node => !node.IsRunning || Sleeps(node, group));

    /// <summary>Whether the supervisor of a group is there, and its peer is not.</summary>
    private protected static bool Sleeps(GroupNode node, string group = Group) =>
        Actor(node, group) is ActorRefWithCell supervisor && supervisor.GetSingleChild("peer").IsNobody();

    private protected static IActorRef Actor(GroupNode node, string group = Group) =>
        ((ActorRefWithCell)node.Raft.Groups).GetSingleChild(group);

    private protected static RaftStatus Status(GroupNodes nodes, GroupNode node, string group = Group) =>
        nodes.Await(node.Raft.StatusAsync(group));

    /// <summary>The node that leads. Asking wakes the peers, which then sleep again.</summary>
    private protected static GroupNode Leader(GroupNodes nodes, string group = Group)
    {
        var leader = nodes.All.Single(
            node => node.IsRunning && Status(nodes, node, group).Role == RaftRole.Leader);
        nodes.Await(() => AllSleep(nodes, group), "all peers sleep again");
        return leader;
    }

    private protected static List<GroupNode> Others(GroupNodes nodes, GroupNode leader) =>
        nodes.All.FindAll(node => node != leader);

    /// <summary>Proposes one, without a client and its session, which would keep the group awake.</summary>
    private protected static Task<object> Propose(GroupNode node, string group = Group) =>
        Actor(node, group).Ask<object>(new Propose(new byte[] { 1 }), Timeout.InfiniteTimeSpan);

    private protected static long Count(GroupNodes nodes, GroupNode node, string group = Group) =>
        GroupNodes.CountOf(Assert.IsType<Proposed>(nodes.Await(Propose(node, group))));
}
