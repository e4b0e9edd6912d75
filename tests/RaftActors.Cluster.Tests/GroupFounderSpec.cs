using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Cluster.Wire;
using RaftActors.Membership;
using RaftActors.Persistence.Sqlite;

namespace RaftActors.Cluster.Tests;

/// <summary>The founder of the node b, whose contact points are a, b and c. The spec speaks for a and c.</summary>
public sealed class GroupFounderSpec : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("raft-founder-").FullName;
    private readonly BlockingCollection<GroupFounder.Progress> _progress = [];
    private ActorSystem? _system;
    private IActorRef _founder = ActorRefs.Nobody;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_system is not null)
            await _system.Terminate();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_node_that_starts_again_while_the_group_is_founded_keeps_to_what_it_has_agreed_to()
    {
        await StartAsync();
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c");
        Say("c", "a b c");
        Await("b has agreed", static progress => Text(progress.Agreed) == "a b c");

        await RestartAsync();
        var recovered = Await("b has recovered", static _ => true);
        Assert.Equal("a b c", Text(recovered.Agreed));
        Assert.False(recovered.Step.Founds);

        // The others see other contact points now, and would found the group with d.
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a c d");
        Say("c", "a c d");
        var waiting = Await("b says for whom it waits", static progress => progress.Step.Reason.Contains("a, c"));
        Assert.Equal("a b c", Text(waiting.Step.Candidates.Select(static member => member.Id)));
        Assert.StartsWith("This node has agreed to found the group with a, b, c. These have not said so yet: a, c.",
            waiting.Step.Reason);

        Say("a", "a b c", agreed: true);
        Say("c", "a b c", agreed: true);
        var founding = Await("the group is founded", static progress => progress.Step.Founds);
        Assert.Equal("a b c", Text(founding.Step.Candidates.Select(static member => member.Id)));
    }

    [Fact]
    public async Task A_node_that_starts_again_after_the_others_have_founded_the_group_founds_that_group_with_them()
    {
        await StartAsync();
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c");
        Say("c", "a b c");
        Await("b has agreed", static progress => progress.Agreed.Count > 0);

        await RestartAsync();
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c", agreed: true, ContactState.HasLog);

        Await("the group is founded", static progress =>
            progress.Step.Founds && Text(progress.Step.Candidates.Select(static member => member.Id)) == "a b c");
    }

    [Fact]
    public async Task A_node_that_starts_again_with_an_empty_directory_founds_nothing_when_the_group_exists()
    {
        await StartAsync();
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c");
        Say("c", "a b c");
        Await("b has agreed", static progress => progress.Agreed.Count > 0);
        await _system!.Terminate();
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);

        await RestartAsync();
        Assert.Empty(Await("b has recovered", static _ => true).Agreed);
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c", agreed: true, ContactState.HasLog);

        var step = Await("b says that the group exists", static progress => progress.Step.Exists).Step;
        Assert.False(step.Founds || step.Agrees);
        Assert.Contains("a at a.test:4051 has a log, so the group exists.", step.Reason);
    }

    [Fact]
    public async Task A_contact_point_with_members_of_other_groups_only_is_named_until_it_has_a_member_of_this_one()
    {
        await StartAsync();
        _founder.Tell(GroupFounder.Start.Instance);
        Say("a", "a b c");
        var stranger = new UnknownGroup { Group = "orders", Address = Address("c") };
        stranger.Groups.Add("oders");
        _founder.Tell(stranger);

        var step = Await("b names c", static progress => progress.Step.Reason ==
            "These contact points have not answered: c.test:4051. At c.test:4051 there is no member of this group.")
            .Step;
        Assert.False(step.Founds || step.Agrees);

        Say("c", "a b c");
        Await("b has agreed", static progress => progress.Agreed.Count > 0
            && !progress.Step.Reason.Contains("there is no member"));
    }

    private static string Address(string id) => $"{id}.test:4051";

    private static string Text(IEnumerable<string> ids) => string.Join(" ", ids);

    private void Say(string id, string founders, bool agreed = false, ContactState state = ContactState.Empty)
    {
        var answer = new ContactAnswer
        {
            Group = "orders", MemberId = id, Address = Address(id), State = state, Founders = 3,
        };
        answer.Candidates.AddRange(founders.Split(' '));
        if (agreed)
            answer.Agreed.AddRange(founders.Split(' '));
        _founder.Tell(answer);
    }

    // What was told before is passed over.
    private GroupFounder.Progress Await(string what, Predicate<GroupFounder.Progress> matches)
    {
        GroupFounder.Progress? last = null;
        while (_progress.TryTake(out var progress, Patience))
        {
            last = progress;
            if (matches(progress))
                return progress;
        }
        throw new TimeoutException($"It did not come to pass that {what}: {last}");
    }

    private async Task RestartAsync()
    {
        await _system!.Terminate();
        while (_progress.TryTake(out _))
        {
        }
        await StartAsync();
    }

    private Task StartAsync()
    {
        _system = ActorSystem.Create("founding", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
              discovery {
                method = config
                config.services.orders.endpoints = [ "{{Address("a")}}", "{{Address("b")}}", "{{Address("c")}}" ]
              }
              persistence {
                journal { plugin = "akka.persistence.journal.raft-sqlite", raft-sqlite.file = "{{_folder}}/node.db" }
                snapshot-store.plugin = "akka.persistence.snapshot-store.raft-sqlite"
                snapshot-store.raft-sqlite.file = "{{_folder}}/node.db"
              }
            }
            """).WithFallback(ClusterMembership.DefaultConfig()).WithFallback(SqlitePersistence.DefaultConfig())
            .WithFallback(Raft.DefaultConfig()));
        var membership = new ClusterMembershipSettings { ServiceName = "orders" };
        var settings = new CoordinatorSettings(
            "orders", new Member("b", Address("b")), 1, membership, ActorRefs.Nobody, static _ => ActorRefs.Nobody)
        {
            HasContactPoints = true,
        };
        var progress = _progress;
        var founder = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create(() => new Coordinator(settings, progress, founder)));
        return SetAsync(founder.Task);
    }

    private async Task SetAsync(Task<IActorRef> founder) => _founder = await founder.WaitAsync(Patience);

    /// <summary>The parent of the founder.</summary>
    private sealed class Coordinator : UntypedActor
    {
        private readonly BlockingCollection<GroupFounder.Progress> _progress;

        public Coordinator(CoordinatorSettings settings, BlockingCollection<GroupFounder.Progress> progress,
            TaskCompletionSource<IActorRef> founder)
        {
            _progress = progress;
            founder.SetResult(Context.ActorOf(Props.Create(() => new GroupFounder(settings)), "founder"));
        }

        protected override void OnReceive(object message)
        {
            if (message is GroupFounder.Progress progress)
                _progress.Add(progress);
        }
    }
}
