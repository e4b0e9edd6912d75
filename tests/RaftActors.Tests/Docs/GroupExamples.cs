using Akka.Actor;
using Akka.Configuration;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/groups.md shows, run on one node.</summary>
public sealed class GroupExamples
{
    [Fact]
    public async Task A_group_is_created_used_and_destroyed()
    {
        var config = ConfigurationFactory.ParseString("""
            raft {
              member-id = node1
              members = [ { id = node1, address = "127.0.0.1:4051" } ]
              leader-wait = 60 s
              allow-volatile = on
              groups.templates.small { snapshot.entries = 1000, max-pending-proposals = 256 }
            }
            akka.loglevel = OFF
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        byte[] command = [5];
        int seconds = 60;

        #region create
        var raft = Raft.Get(system);
        raft.RegisterStateMachine("counter", group => new Counter());       // at each start of the node

        await raft.CreateAsync("orders-17", template: "small", stateMachine: "counter");
        var done = await raft.ProposeRetryAsync("orders-17", command, TimeSpan.FromSeconds(seconds));
        #endregion
        Assert.True(done.Index > 0);

        #region list
        foreach (var group in await raft.GroupsAsync())
            Console.WriteLine($"{group.Name} {group.State} {group.Problem}");
        var status = await raft.StatusAsync("orders-17");
        #endregion
        Assert.Equal("orders-17", status.Group);

        #region destroy
        await raft.DestroyAsync("orders-17");                               // on each node of the group
        await raft.CreateAsync("orders-17", "small", "counter");            // a new group, which begins empty
        #endregion
        Assert.Equal(2, (await raft.GroupsAsync()).Single().Incarnation);
        await system.Terminate();
    }

    [Fact]
    public async Task A_group_with_members_of_its_own_is_created()
    {
        var config = ConfigurationFactory.ParseString("""
            raft { member-id = node1, allow-volatile = on }
            akka.loglevel = OFF
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var raft = Raft.Get(system);
        raft.RegisterStateMachine("counter", group => new Counter());

        #region definition
        await raft.CreateAsync(new GroupDefinition
        {
            Group = "orders-18",
            StateMachine = "counter",
            Settings = "snapshot.entries = 500, election-timeout { min = 1 s, max = 2 s }",
            Members = [new Member("node1", "10.0.0.1:4051"), new Member("node2", "10.0.0.2:4051")],
        });
        #endregion

        Assert.Equal(2, (await raft.GroupsAsync()).Single().Members.Count);
        await system.Terminate();
    }
}
