using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;
using RaftActors.Client;
using RaftActors.Coordination;
using RaftActors.Membership;
using RaftNode.Host.Commands.Load;

namespace RaftActors.Bench;

/// <summary>The median latencies of one round of a <see cref="LeaseNode"/>.</summary>
/// <param name="Acquire">Of acquiring a lease that nobody holds, in milliseconds.</param>
/// <param name="Propose">Of a proposal of 256 bytes that is durable and applied, in milliseconds.</param>
internal sealed record LeaseRound(double Acquire, double Propose);

/// <summary>What a <see cref="LeaseNode"/> has used.</summary>
/// <param name="Process">The counters of the process.</param>
/// <param name="CommitIndex">How many entries the lease group has committed, as the node's peer knows.</param>
/// <param name="Held">How many leases the node holds.</param>
internal sealed record LeaseCounters(NodeCounters Process, long CommitIndex, int Held);

/// <summary>
/// A node with a peer of a lease group and a peer of another group, on a durable journal. It runs on the scheduler and
/// the transport of raftnode. Its orders are the names of the methods that answer them.
/// </summary>
internal sealed class LeaseNode
{
    private const string Leases = "leases";
    private const string Others = "others";
    private const int Together = 64;

    private readonly ActorSystem _system;
    private readonly IActorRef _leasePeer;
    private readonly IActorRef _otherPeer;
    private readonly string _name;
    private readonly List<Lease> _held = [];
    private int _lastLease;

    private LeaseNode(ActorSystem system, string name, IActorRef leasePeer, IActorRef otherPeer) =>
        (_system, _name, _leasePeer, _otherPeer) = (system, name, leasePeer, otherPeer);

    /// <summary>Runs the node until its standard input ends.</summary>
    public static async Task<int> RunAsync(int number, int ports, string data)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        var own = ConfigurationFactory.ParseString("""
            akka.scheduler.implementation = "RaftActors.Scheduling.SleepingScheduler, RaftActors"
            akka.remote.dot-netty.tcp.transport-class = "RaftActors.Remoting.TcpTransport, RaftActors"
            """);
        var system = ActorSystem.Create(NodeConfig.SystemName, own
            .WithFallback(NodeConfig.Remoting("remote", ports + number)).WithFallback(NodeConfig.Store(data))
            .WithFallback(RaftLeases.DefaultConfig()).WithFallback(Raft.DefaultConfig()));
        string name = $"node{number}";
        var settings = new RaftSettings
        {
            Group = Leases,
            MemberId = name,
            Members = [.. NodeConfig.Addresses(ports).Index().Select(node =>
                new Member($"node{node.Index}", node.Item))],
        };
        var node = new LeaseNode(system, name,
            await RaftLeases.Get(system).StartAsync(settings),
            await Raft.Get(system).StartAsync(settings with { Group = Others }, static () => new NoState()));
        while (await input.ReadLineAsync() is { } order)
            Console.WriteLine(await node.DoAsync(order.Split(' ')));
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    private async Task<string> DoAsync(string[] order)
    {
        int Number(int at) => int.Parse(order[at], CultureInfo.InvariantCulture);
        switch (order[0])
        {
            case "lead":
                await LeadAsync(_leasePeer);
                await LeadAsync(_otherPeer);
                return "leads";
            case "round":
                return JsonSerializer.Serialize(await RoundAsync(Number(1)));
            case "hold":
                await HoldAsync(Number(1));
                return "held";
            case "counters":
                return JsonSerializer.Serialize(await CountAsync());
            case "acquire":
                await AcquireAsync(Lease(order[1]));
                return "acquired";
            default:
                throw new BenchException($"There is no order {order[0]}.");
        }
    }

    private static async Task LeadAsync(IActorRef peer)
    {
        while (await peer.Ask<RaftStatus>(GetStatus.Instance) is { Role: not RaftRole.Leader } status)
        {
            await peer.Ask<object>(new TransferLeadership(status.MemberId));
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private async Task<LeaseRound> RoundAsync(int count)
    {
        var (acquiring, proposing) = (new LatencyHistogram(), new LatencyHistogram());
        byte[] command = new byte[256];
        for (var i = 0; i < count; i++)
        {
            var lease = Lease($"{_name}-free-{_lastLease++}");
            var since = Stopwatch.GetTimestamp();
            if (!await lease.Acquire())
                throw new BenchException($"A lease that nobody holds was not granted to {_name}.");
            acquiring.Record(Stopwatch.GetTimestamp() - since);
            _held.Add(lease);
        }
        for (var i = 0; i < count; i++)
        {
            var since = Stopwatch.GetTimestamp();
            if (await _otherPeer.Ask<object>(new Propose(command)) is not Proposed)
                throw new BenchException("A proposal was not done.");
            proposing.Record(Stopwatch.GetTimestamp() - since);
        }
        foreach (var lease in _held)
            await lease.Release();
        _held.Clear();
        return new LeaseRound(acquiring.Percentile(0.5), proposing.Percentile(0.5));
    }

    private async Task HoldAsync(int count)
    {
        foreach (var part in Enumerable.Range(0, count).Chunk(Together))
        {
            var leases = part.Select(i => Lease($"{_name}-held-{i}")).ToList();
            await Task.WhenAll(leases.Select(AcquireAsync));
            _held.AddRange(leases);
        }
    }

    private async Task<LeaseCounters> CountAsync()
    {
        var status = await _leasePeer.Ask<RaftStatus>(GetStatus.Instance);
        return new LeaseCounters(NodeCounters.Now(forgetPeak: false), status.CommitIndex,
            _held.Count(static lease => lease.CheckLease()));
    }

    // Another may hold the lease, or the group may have no leader.
    private static async Task AcquireAsync(Lease lease)
    {
        while (true)
        {
            try
            {
                if (await lease.Acquire())
                    return;
            }
            catch (LeaseException)
            {
                // Nobody knows whether the lease was acquired.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private Lease Lease(string name) =>
        LeaseProvider.Get(_system).GetLease(name, "akka.coordination.lease.raft", _name);
}
