using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.StateMachines;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.Groups;

/// <summary>Groups that are created while the nodes run, and that come back with the nodes.</summary>
public sealed class CreateGroupSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_group_that_was_created_on_its_nodes_serves()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();

        nodes.Create("orders");
        nodes.Create("customers");

        Assert.Equal([1L, 2], [nodes.Count(nodes[0], "orders"), nodes.Count(nodes[1], "orders")]);
        Assert.Equal(1, nodes.Count(nodes[2], "customers"));
        Assert.Equal(["customers", "orders"], NamesOn(nodes));
        var status = nodes.Await(nodes[0].Raft.StatusAsync("orders"));
        Assert.Equal(("orders", "node1"), (status.Group, status.MemberId));
        Assert.True(nodes.Await(nodes[0].Raft.ExistsAsync("orders")));
        Assert.False(nodes.Await(nodes[0].Raft.ExistsAsync("suppliers")));
    }

    [Fact]
    public void Groups_come_back_with_their_nodes()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Create("customers");
        nodes.Count(nodes[0], "orders");
        nodes.Count(nodes[0], "orders");

        nodes.All.ForEach(nodes.Kill);
        nodes.All.ForEach(nodes.Start);
        nodes.RegisterAll();

        nodes.Await(() => nodes.Find(nodes[1], "customers")?.State == RaftGroupState.Running, "the group is back");
        Assert.Equal(3, nodes.Count(nodes[1], "orders"));
        Assert.Equal(1, nodes.Count(nodes[1], "customers"));
    }

    [Fact]
    public void A_group_whose_creation_was_reported_is_durable()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        for (int i = 0; i < 10; i++)
            nodes.Create($"group{i}");

        // Nothing that the disk has not done by now is ever done.
        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        Assert.Equal(10, nodes.Await(nodes[0].Raft.GroupsAsync()).Count);
    }

    [Fact]
    public void A_group_without_its_state_machine_is_named_and_the_others_go_on()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Register(nodes[0], "other");
        nodes.Create("orders");
        nodes.Await(nodes[0].Raft.CreateAsync("lonely", "", "other"));
        nodes.Count(nodes[0], "lonely");

        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        var held = nodes.Find(nodes[0], "lonely")!;
        Assert.Equal(RaftGroupState.Held, held.State);
        Assert.Contains("No state machine is registered as 'other'. Registered are counter.", held.Problem);
        Assert.Contains(nodes[0].Logged, static line => line.Contains("'other'") && line.Contains("lonely"));
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));
        Assert.Equal(RaftGroupFailure.NoStateMachine,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.ResumeAsync("lonely")).Reason);

        nodes.Register(nodes[0], "other");

        Assert.Equal(RaftGroupState.Running, nodes.Find(nodes[0], "lonely")!.State);
        Assert.Equal(2, nodes.Count(nodes[0], "lonely"));
    }

    [Fact]
    public void What_cannot_be_created_is_refused_by_its_name()
    {
        using var nodes = new GroupNodes(
            1, "groups.templates { small = { snapshot.entries = 10 }, large = { heartbeat-interval = 40 ms } }");
        var raft = nodes[0].Raft;
        nodes.RegisterAll();
        nodes.Create("orders");

        Assert.Equal(RaftGroupFailure.Exists,
            nodes.Fails<RaftGroupException>(() => raft.CreateAsync("orders", "", "counter")).Reason);
        var noMachine = nodes.Fails<RaftGroupException>(() => raft.CreateAsync("g", "", "cuonter"));
        Assert.Equal(RaftGroupFailure.NoStateMachine, noMachine.Reason);
        Assert.Contains("counter", noMachine.Message);
        Assert.Contains("raft.group = a/b: a name is",
            nodes.Fails<ConfigurationException>(() => raft.CreateAsync("a/b", "", "counter")).Message);
        Assert.Equal(
            "raft.groups.templates.smal: there is no such template. The templates are large, small.",
            nodes.Fails<ConfigurationException>(() => raft.CreateAsync("g", "smal", "counter")).Message);
        var stranger = new GroupDefinition { Group = "g", StateMachine = "counter", Members = [new("x", "x:1")] };
        Assert.Contains("raft.member-id = node1: it is not among raft.members",
            nodes.Fails<ConfigurationException>(() => raft.CreateAsync(stranger)).Message);
        Assert.Contains("raft.snapshot.entries = few: it is not a whole number",
            nodes.Fails<ConfigurationException>(() =>
                raft.CreateAsync(stranger with { Members = [], Settings = "snapshot.entries = few" })).Message);
        Assert.Equal(["orders"], NamesOn(nodes));
        Assert.Throws<InvalidOperationException>(() => nodes.RegisterAll());
        Assert.Throws<ArgumentException>(() => raft.RegisterStateMachine("a b", static _ => new CountingMachine()));
    }

    [Fact]
    public void A_group_that_the_application_started_is_not_created_again()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        var settings = new RaftSettings
        {
            Group = "own",
            MemberId = "node1",
            Members = nodes.Members,
            AllowVolatile = true,
        };
        nodes.Await(nodes[0].Raft.StartAsync(settings, static () => new CountingMachine()));

        Assert.Equal(RaftGroupFailure.Exists, nodes.Fails<RaftGroupException>(
            () => nodes[0].Raft.CreateAsync("own", "", "counter")).Reason);
        Assert.False(nodes.Find(nodes[0], "own")!.IsCatalogued);
        Assert.Equal(RaftGroupFailure.NotFound,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.DestroyAsync("own")).Reason);
    }

    [Fact]
    public void A_template_and_the_settings_of_a_group_count_again_after_a_restart()
    {
        using var nodes = new GroupNodes(1, "groups.templates.small { snapshot.entries = 10, leader-wait = 2 s }");
        var seen = new List<RaftSettings>();
        nodes.Register(nodes[0], change: Note);
        var definition = new GroupDefinition
        {
            Group = "orders",
            StateMachine = "counter",
            Template = "small",
            Settings = "snapshot.entries = 20",
        };
        nodes.Await(nodes[0].Raft.CreateAsync(definition));

        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.Register(nodes[0], change: Note);
        Assert.Equal("small", nodes.Find(nodes[0], "orders")!.Template);

        Assert.All(seen, static settings => Assert.Equal(
            (20L, TimeSpan.FromSeconds(2)), (settings.SnapshotEntries, settings.LeaderWait)));
        Assert.InRange(seen.Count, 2, int.MaxValue);

        RaftSettings Note(RaftSettings settings)
        {
            seen.Add(settings);
            return settings;
        }
    }

    [Fact]
    public void A_group_that_was_stopped_is_resumed_or_starts_with_the_node()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");

        nodes.Await(nodes[0].Raft.StopAsync("orders"));
        Assert.Equal(RaftGroupState.Stopped, nodes.Find(nodes[0], "orders")!.State);
        Assert.Equal(RaftGroupFailure.NotFound, nodes.Fails<RaftGroupException>(
            () => nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Limit)).Reason);
        nodes.Await(nodes[0].Raft.ResumeAsync("orders"));
        Assert.Equal(2, nodes.Count(nodes[0], "orders"));

        nodes.Await(nodes[0].Raft.StopAsync("orders"));
        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();
        Assert.Equal(RaftGroupState.Running, nodes.Find(nodes[0], "orders")!.State);
        Assert.Equal(3, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void Only_so_many_peers_recover_at_a_time()
    {
        // What awaits a check goes on where the check is completed.
        SynchronizationContext.SetSynchronizationContext(null);
        using var nodes = new GroupNodes(1, "groups.parallel-recoveries = 3");
        var checks = new Queue<TaskCompletionSource>();
        nodes.Register(nodes[0], change: settings => settings with { StoreCheck = Check });
        for (int i = 0; i < 10; i++)
            nodes.Create($"group{i}");
        Assert.Equal(3, checks.Count);
        Assert.All(nodes.Await(nodes[0].Raft.GroupsAsync()),
            static group => Assert.Equal(RaftGroupState.Running, group.State));

        for (int done = 1; done <= 10; done++)
        {
            Assert.InRange(checks.Count, 1, 3);
            checks.Dequeue().SetResult();
            nodes.Await(() => checks.Count == Math.Min(3, 10 - done), "the next one recovers");
        }
        Assert.Equal(1, nodes.Count(nodes[0], "group9"));

        Task Check()
        {
            var check = new TaskCompletionSource();
            checks.Enqueue(check);
            return check.Task;
        }
    }

    [Fact]
    public void What_is_asked_of_a_system_that_ends_is_refused()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        var raft = nodes[0].Raft;
        nodes[0].Disk.Stall(TimeSpan.FromDays(1));
        var pending = raft.CreateAsync("late", "", "counter");
        nodes.Settle();

        nodes.Kill(nodes[0]);

        Assert.Equal(RaftGroupFailure.SystemEnds, nodes.Fails<RaftGroupException>(() => pending).Reason);
        Assert.Equal(RaftGroupFailure.SystemEnds,
            nodes.Fails<RaftGroupException>(() => raft.CreateAsync("later", "", "counter")).Reason);
        nodes.Start(nodes[0]);
    }

    [Fact]
    public void A_state_machine_is_made_for_the_group_that_it_is_in()
    {
        using var nodes = new GroupNodes(1);
        var made = new List<string>();
        nodes.Register(nodes[0], create: group =>
        {
            made.Add(group);
            return new CountingMachine();
        });

        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");

        Assert.Equal(["orders"], made);
    }

    private static IEnumerable<string> NamesOn(GroupNodes nodes) =>
        nodes.Await(nodes[0].Raft.GroupsAsync()).Select(static group => group.Name);
}
