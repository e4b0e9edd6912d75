using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Storage;
using RaftActors.TestKit;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Tests.Groups;

/// <summary>
/// Nodes in virtual time that run as many groups as a spec creates, with the journal of each in memory. A process that
/// is killed and started again finds its disk.
/// </summary>
internal sealed class GroupNodes : IDisposable
{
    private const string Counter = "counter";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly VirtualWorld _world = new();
    private readonly VirtualNetwork<GroupNode> _network;
    private readonly string _config;

    public GroupNodes(int nodes, string config = "")
    {
        _config = config;
        _network = new VirtualNetwork<GroupNode>(_world, new Random(1));
        for (int i = 1; i <= nodes; i++)
        {
            var member = new Member($"node{i}", $"node{i}.test:4051");
            var node = new GroupNode(member, new PeerDisk(member.Id, _world, new Random(i)));
            All.Add(node);
            _network.Connect(node);
        }
        All.ForEach(Start);
    }

    public List<GroupNode> All { get; } = [];

    public TimeSpan Now => _world.Now;

    public GroupNode this[int index] => All[index];

    /// <summary>All nodes as members.</summary>
    public IReadOnlyList<Member> Members => All.ConvertAll(static node => node.Member);

    /// <summary>Starts the process of a node. It has no state machines yet.</summary>
    public void Start(GroupNode node)
    {
        node.Disk.Revive();
        node.Disk.Recover();
        var process = node.Begin();
        var config = ConfigurationFactory.ParseString($$"""
            raft {
              member-id = {{node.Id}}
              allow-volatile = on
              members = [ {{string.Join(", ", Members.Select(static member =>
                $"{{ id = {member.Id}, address = \"{member.Address}\" }}"))}} ]
              random-seed = {{node.Starts}}
              {{_config}}
            }
            """).WithFallback(VirtualConfig.Default);
        _world.SettleUntil(Task.Run(() => process.Start("groups", config)));
        node.Began();
        node.Raft.ContinueInline = true;
        _world.Settle();
    }

    /// <summary>Kills the process of a node, as kill -9 does.</summary>
    public void Kill(GroupNode node)
    {
        var process = node.End();
        process.Die();
        node.Disk.Die();
        _world.SettleUntil(process.System.Terminate());
    }

    /// <summary>Registers counting state machines with a process.</summary>
    public void Register(GroupNode node, string name = Counter, Func<RaftSettings, RaftSettings>? change = null,
        Func<string, IStateMachine>? create = null)
    {
        var process = ((INetworkNode)node).Process!;
        var resolver = _network.ResolverOf(node, process);
        node.Raft.RegisterStateMachine(name, create ?? (static _ => new CountingMachine()), settings =>
        {
            var changed = settings with { Resolver = resolver, Clock = new VirtualClock(process) };
            return change is null ? changed : change(changed);
        });
    }

    /// <summary>Registers counting state machines with all processes.</summary>
    public void RegisterAll() => All.ForEach(node => Register(node));

    /// <summary>Creates a group on some nodes, or on all.</summary>
    public void Create(string group, params GroupNode[] nodes)
    {
        foreach (var node in nodes.Length > 0 ? nodes : [.. All])
            Await(node.Raft.CreateAsync(group, "", Counter));
    }

    /// <summary>Proposes one to the counter of a group, and returns the count.</summary>
    public long Count(GroupNode node, string group) => CountOf(
        Await(node.Raft.ProposeRetryAsync(group, new byte[] { 1 }, Limit)));

    public static long CountOf(Proposed proposed) => BitConverter.ToInt64((byte[])proposed.Response!);

    /// <summary>The group as a node lists it; <c>null</c> if it does not.</summary>
    public RaftGroup? Find(GroupNode node, string group) =>
        Await(node.Raft.GroupsAsync()).SingleOrDefault(each => each.Name == group);

    /// <summary>Lets time pass until a task is done.</summary>
    public T Await<T>(Task<T> task)
    {
        AwaitDone(task);
        return task.GetAwaiter().GetResult();
    }

    public void Await(Task task)
    {
        AwaitDone(task);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    public void Await(Func<bool> condition, string what)
    {
        var end = Now + Limit;
        while (!condition())
            if (!_world.StepToRest(end) && !condition())
                throw new RaftClusterException(
                    $"Not within {Limit}: {what}. {string.Join('\n', All.SelectMany(static node => node.Logged))}");
    }

    /// <summary>The failure of a task.</summary>
    public TException Fails<TException>(Func<Task> act)
        where TException : Exception =>
        Assert.ThrowsAny<TException>(() => Await(act()));

    /// <summary>Does everything that can be done without time passing.</summary>
    public void Settle() => _world.Settle();

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_world.StepToRest(end))
        {
        }
    }

    /// <summary>What is left on a disk under a persistence id: events, and snapshots with all chunks.</summary>
    public static (int Events, int Snapshots) StoredOn(GroupNode node, string persistenceId)
    {
        int snapshots = Enumerable.Range(0, ChunkStore.Slots)
            .Select(slot => PersistenceIds.OfChunks(persistenceId, slot))
            .Append(persistenceId)
            .Count(id => node.Disk.Store.Stream(id).LatestSnapshot(static (_, _) => true) is not null);
        return (node.Disk.Store.Stream(persistenceId).Read(1, long.MaxValue, long.MaxValue).Count, snapshots);
    }

    public void Dispose()
    {
        foreach (var node in All)
            if (node.IsRunning)
                Kill(node);
    }

    // Where nothing is due any more, only code on another thread can complete the task.
    private void AwaitDone(Task task)
    {
        var end = Now + Limit;
        while (!task.IsCompleted)
        {
            if (_world.StepToRest(end))
                continue;
            if (!task.IsCompleted)
                _world.SettleUntil(task.ContinueWith(static _ => { }, TaskScheduler.Default));
        }
    }
}
