using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors.Bench;

/// <summary>What a <see cref="GroupNode"/> has used, and what it knows.</summary>
/// <param name="Process">The counters of the process.</param>
/// <param name="Messages">How many messages it has sent to other nodes.</param>
/// <param name="Bytes">The bytes of these messages.</param>
/// <param name="Elections">How many elections its peers have begun.</param>
/// <param name="Led">How many groups it leads.</param>
/// <param name="Known">Of how many groups it knows the leader.</param>
internal sealed record GroupCounters(
    NodeCounters Process, long Messages, long Bytes, long Elections, int Led, int Known);

/// <summary>The memory of a <see cref="GroupNode"/> after a full collection.</summary>
/// <param name="Managed">The bytes of managed objects.</param>
/// <param name="Resident">The resident bytes of the process.</param>
internal sealed record GroupMemory(long Managed, long Resident);

/// <summary>
/// A node with peers of many groups, on one durable journal. It runs on the scheduler and the transport of raftnode.
/// The groups have numbers, and a group is to be led by the node whose number is that of the group modulo three. Its
/// orders are a word and numbers: see <see cref="DoAsync"/>.
/// </summary>
internal sealed class GroupNode
{
    private const int Together = 64;
    private const string StateMachine = "bytes";
    private const int Nodes = 3;
    private const int PartsTogether = 8;
    private static readonly TimeSpan FillPatience = TimeSpan.FromSeconds(150);

    private readonly ActorSystem _system;
    private readonly GroupEvents _events;
    private readonly SentTraffic _sent;
    private readonly IReadOnlyList<Member> _members;
    private readonly int _number;
    private readonly Dictionary<int, IActorRef> _groups = [];
    private ProposalProbe? _probe;

    private GroupNode(ActorSystem system, SentTraffic sent, IReadOnlyList<Member> members, int number)
    {
        _system = system;
        _events = GroupEvents.Of(system);
        _sent = sent;
        _members = members;
        _number = number;
    }

    /// <summary>Runs the node until its standard input ends.</summary>
    /// <param name="number">The number of the node.</param>
    /// <param name="ports">The first of the ports of the three nodes.</param>
    /// <param name="data">The directory of the node's journal.</param>
    /// <param name="settings">What differs from the default settings, in HOCON.</param>
    public static async Task<int> RunAsync(int number, int ports, string data, string settings)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var sent = new SentTraffic();
        var own = ConfigurationFactory.ParseString("""
            akka.scheduler.implementation = "RaftActors.Scheduling.SleepingScheduler, RaftActors"
            akka.remote.dot-netty.tcp.transport-class = "RaftActors.Remoting.TcpTransport, RaftActors"
            """);
        string members = string.Join(", ", NodeConfig.Addresses(ports).Index()
            .Select(static node => $"{{ id = node{node.Index}, address = \"{node.Item}\" }}"));
        var config = ConfigurationFactory.ParseString(settings).WithFallback(ConfigurationFactory.ParseString(
                $"raft {{ group = group, member-id = node{number}, members = [ {members} ] }}"))
            .WithFallback(own).WithFallback(NodeConfig.Remoting("remote", ports + number))
            .WithFallback(NodeConfig.Store(data)).WithFallback(Raft.DefaultConfig());
        var system = ActorSystem.Create(NodeConfig.SystemName, config);
        var node = new GroupNode(system, sent, RaftSettings.FromConfig(config.GetConfig("raft")).Members, number);
        Raft.Get(system).RegisterStateMachine(StateMachine, static _ => new BytesState());
        while (await input.ReadLineAsync() is { } order)
            Console.WriteLine(await node.DoAsync(order.Split(' ')));
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    private async Task<string> DoAsync(string[] order)
    {
        int Number(int at) => int.Parse(order[at], CultureInfo.InvariantCulture);
        IEnumerable<int> Groups() => Enumerable.Range(Number(1), Number(2));
        bool IsLedHere(int group) => group % Nodes == _number;
        bool IsBehindHere(int group) => (group + 1) % Nodes == _number;
        switch (order[0])
        {
            case "create":
                await Task.WhenAll(Groups().Select(CreateAsync));
                return "created";
            case "resume":
                await Task.WhenAll(Groups().Select(ResumeAsync));
                return "resumed";
            case "propose":
                return Text(await ProposeAsync(Groups().Where(IsLedHere), TimeSpan.FromSeconds(Number(3))));
            case "led":
                return JsonSerializer.Serialize(_events.Led);
            case "counters":
                return JsonSerializer.Serialize(new GroupCounters(NodeCounters.Now(forgetPeak: false), _sent.Messages,
                    _sent.Bytes, _events.Elections, _events.Led.Count, _events.Leaders.Count));
            case "memory":
                return JsonSerializer.Serialize(Memory());
            case "load":
                return JsonSerializer.Serialize(await LoadAsync(Number(1), Number(2), Number(3)));
            case "probe":
                _probe = new ProposalProbe(_groups[Number(1) - (Nodes - 1) + _number]);
                return "probes";
            case "probed":
                return JsonSerializer.Serialize(await _probe!.StopAsync());
            case "stop-behind":
                await EachAsync(Groups().Where(IsBehindHere), group => Raft.Get(_system).StopAsync(Name(group)));
                return "stopped";
            case "start-behind":
                await EachAsync(Groups().Where(IsBehindHere), ResumeAsync);
                return "started";
            case "fill":
                await EachAsync(Groups().Where(IsLedHere), group => FillAsync(_groups[group], Number(3)));
                return "filled";
            case "installed":
                return Text(Groups().Count(group => _events.Installed.ContainsKey(Name(group))));
            default:
                throw new BenchException($"There is no order {order[0]}.");
        }
    }

    private static string Name(int group) => $"g{Text(group)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task EachAsync(IEnumerable<int> groups, Func<int, Task> action)
    {
        foreach (int[] some in groups.Chunk(Together))
            await Task.WhenAll(some.Select(action));
    }

    private Task CreateAsync(int group) => KeepAsync(group, Raft.Get(_system).CreateAsync(new GroupDefinition
    {
        Group = Name(group),
        StateMachine = StateMachine,
        Members = [.. _members.Index().Select(member =>
            member.Item with { Priority = member.Index == group % Nodes ? 1 : 0 })],
    }));

    private Task ResumeAsync(int group) => KeepAsync(group, Raft.Get(_system).ResumeAsync(Name(group)));

    private async Task KeepAsync(int group, Task<IActorRef> started)
    {
        var peer = await started;
        lock (_groups)
            _groups[group] = peer;
    }

    private async Task<int> ProposeAsync(IEnumerable<int> groups, TimeSpan patience)
    {
        var since = Stopwatch.StartNew();
        int applied = 0;
        await EachAsync(groups, async group =>
        {
            if (await TryProposeAsync(_groups[group], new byte[16], () => since.Elapsed < patience))
                Interlocked.Increment(ref applied);
        });
        return applied;
    }

    private static async Task<bool> TryProposeAsync(IActorRef group, byte[] command, Func<bool> goesOn)
    {
        while (goesOn())
        {
            if (await group.Ask<object>(new Propose(command)) is Proposed)
                return true;
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
        return false;
    }

    private static GroupMemory Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new GroupMemory(GC.GetTotalMemory(forceFullCollection: false),
            NodeCounters.Now(forgetPeak: false).ResidentBytes);
    }

    /// <summary>Runs this node's part of a load on the first groups; <c>null</c> when it leads none of them.</summary>
    private async Task<LoadResult?> LoadAsync(int groups, int clients, int seconds)
    {
        IActorRef[] own = [.. Enumerable.Range(0, groups).Where(group => group % Nodes == _number)
            .Select(group => _groups[group])];
        if (own.Length == 0)
            return null;
        var order = new LoadOrder(Math.Max(1, clients * own.Length / groups), WarmUpSeconds: 2, seconds, Bytes: 256);
        var result = new TaskCompletionSource<LoadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create(() => new LoadDriver(own, order, result)));
        return await result.Task;
    }

    private static async Task FillAsync(IActorRef group, int mebibytes)
    {
        byte[] part = new byte[BytesState.PartBytes];
        Random.Shared.NextBytes(part);
        var since = Stopwatch.StartNew();
        foreach (int[] some in Enumerable.Range(0, mebibytes).Chunk(PartsTogether))
        {
            bool[] done = await Task.WhenAll(
                some.Select(_ => TryProposeAsync(group, part, () => since.Elapsed < FillPatience)));
            if (done.Contains(false))
                throw new BenchException("A group does not take the entries of its state.");
        }
        if (await group.Ask<object>(TakeSnapshot.Instance) is SnapshotFailed failed)
            throw new BenchException($"No snapshot was taken: {failed.Reason}");
    }
}
