using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using RaftActors.Client;
using MemberStatus = Akka.Cluster.MemberStatus;

namespace RaftActors.Cluster.Tests.Nodes;

/// <summary>
/// A real cluster and a group on it, with a client that writes all the time. What was acknowledged is compared at the
/// end, and each configuration that is committed is looked at: a majority of its voters runs.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly string _folder = Directory.CreateTempSubdirectory("raft-cluster-").FullName;
    private readonly ConcurrentQueue<int> _acknowledged = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly CancellationTokenSource _end = new();
    private readonly string _settings;
    private ImmutableList<TestNode> _nodes;
    private Task _writer = Task.CompletedTask;

    private TestCluster(string[] founders, string more)
    {
        int[] ports = FreePorts(founders.Length);
        _nodes = [.. founders.Select((id, i) => new TestNode(id, _folder) { Port = ports[i] })];
        ContactPoints = string.Join(", ", ports.Select(static port => $"\"127.0.0.1:{port}\""));
        _settings = more + '\n' + $$"""
            raft {
              group = numbers
              heartbeat-interval = 100 ms
              # Slow machines are not the subject.
              election-timeout { min = 1 s, max = 2 s }
            }
            akka {
              loglevel = WARNING
              stdout-loglevel = OFF
              loggers = []
              extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, applied-adapters = [ trttl ] }
              coordinated-shutdown {
                run-by-actor-system-terminate = off
                phases.before-service-unbind.timeout = 60 s
                phases.before-cluster-shutdown.timeout = 60 s
              }
              cluster {
                roles = [ raft ]
                run-coordinated-shutdown-when-down = on
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                split-brain-resolver {
                  active-strategy = keep-majority
                  stable-after = 3 s
                  down-all-when-unstable = off
                }
                failure-detector { heartbeat-interval = 500 ms, acceptable-heartbeat-pause = 4 s }
                raft {
                  role = raft
                  replacement = 1 s
                  leave-timeout = 50 s
                  check-interval = 300 ms
                  contact-points { service-name = numbers, interval = 300 ms }
                }
              }
              discovery {
                method = config
                config.services.numbers.endpoints = [ {{ContactPoints}} ]
              }
              persistence {
                journal.plugin = "akka.persistence.journal.raft-sqlite"
                snapshot-store.plugin = "akka.persistence.snapshot-store.raft-sqlite"
              }
            }
            """;
    }

    public string ContactPoints { get; }

    public TestNode this[string id] => _nodes.Single(node => node.Id == id);

    public IEnumerable<TestNode> Running => _nodes.Where(static node => node.IsRunning);

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Starts nodes that found a group, and a client.</summary>
    public static async Task<TestCluster> StartAsync(string[] founders, string more = "")
    {
        var cluster = new TestCluster(founders, more);
        await Task.WhenAll(cluster._nodes.Select(cluster.StartNodeAsync));
        await cluster.AwaitMembersAsync(founders);
        cluster._writer = Task.Run(cluster.WriteAsync);
        return cluster;
    }

    /// <summary>Starts one more node.</summary>
    public async Task AddAsync(string id)
    {
        var node = new TestNode(id, _folder);
        _nodes = _nodes.Add(node);
        await StartNodeAsync(node);
    }

    /// <summary>Starts a node that runs, or ran, on its data.</summary>
    public async Task RestartAsync(string id, bool atAnotherPort = false)
    {
        var node = this[id];
        if (atAnotherPort)
            node.Port = FreePorts(1)[0];
        await StartNodeAsync(node);
    }

    /// <summary>Waits until each node that runs is up in the cluster, and sees no others.</summary>
    public Task AwaitClusterAsync() => UntilAsync(
        () => Task.FromResult(IsCluster()), "the nodes that run are the cluster",
        () => string.Join("; ",
        Running.Select(static node => $"{node.Id}: {string.Join(", ", node.Cluster.State.Members)}")));

    /// <summary>
    /// Waits until these are the voters, and these the learners, and a write was acknowledged after that.
    /// </summary>
    public async Task AwaitMembersAsync(string[] voters, params string[] learners)
    {
        string last = "";
        await UntilAsync(
            async () =>
            {
                foreach (var node in Running.ToList())
                {
                    if (await node.StatusAsync() is not { Role: RaftRole.Leader }
                        || await node.MembersAsync() is not { IsCommitted: true, IsChanging: false } members)
                        continue;
                    string[] Of(MemberRole role) =>
                        [.. members.Members.Where(member => member.Role == role).Select(static member => member.Id)];
                    last = $"voters {string.Join(" ", Of(MemberRole.Voter))}, learners "
                        + $"{string.Join(" ", Of(MemberRole.Learner))}";
                    if (Of(MemberRole.Voter).SequenceEqual(voters.Order())
                        && Of(MemberRole.Learner).SequenceEqual(learners.Order()))
                        return true;
                }
                return false;
            },
            $"the voters are {string.Join(" ", voters)}, and the learners {string.Join(" ", learners)}",
            () => last + ". " + Describe());
        if (!_writer.IsCompleted)
            await AwaitWriteAsync();
    }

    /// <summary>Waits until a command that is proposed from now on is acknowledged.</summary>
    public Task AwaitWriteAsync()
    {
        int before = _acknowledged.Count;
        return UntilAsync(() => Task.FromResult(_acknowledged.Count > before + 1), "a write is acknowledged", Describe);
    }

    /// <summary>Waits until something has come to pass.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, Func<string>? describe = null)
    {
        using var end = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (end.IsCancellationRequested)
            {
                Assert.Fail(
                    $"It did not come to pass within {Patience.TotalSeconds} s that {what}. {describe?.Invoke()}");
            }
            await Task.Delay(50);
        }
    }

    /// <summary>All that was acknowledged is there, and no configuration lacked a majority of running voters.</summary>
    public async Task CheckAsync()
    {
        await _end.CancelAsync();
        await _writer;
        int[] acknowledged = [.. _acknowledged];
        int[] there = [];
        await UntilAsync(
            async () =>
            {
                foreach (var node in Running.ToList())
                {
                    if (await node.Group.Ask<object>(new Query(Array.Empty<byte>())) is not QueryResult result)
                        continue;
                    there = [.. NumberSet.Numbers((byte[])result.Result!)];
                    return true;
                }
                return false;
            },
            "the group answers a query");
        Assert.Empty(acknowledged.Except(there));
        Assert.Empty(_violations);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writer;
        await Task.WhenAll(Running.ToList().Select(static node => node.KillAsync()));
        Directory.Delete(_folder, recursive: true);
    }

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }

    private async Task StartNodeAsync(TestNode node)
    {
        await node.StartAsync(_settings);
        node.System.ActorOf(Props.Create(() => new ConfigurationObserver(this)));
        var seed = Running.FirstOrDefault(other => other != node && other.Cluster.SelfMember.Status == MemberStatus.Up)
            ?? _nodes[0];
        await node.Cluster.JoinAsync(seed.Cluster.SelfAddress);
    }

    private bool IsCluster()
    {
        var running = Running.ToList();
        var expected = running.Select(static node => node.Cluster.SelfUniqueAddress).ToHashSet();
        return running.TrueForAll(node => node.Cluster.State is var state
            && state.Unreachable.Count == 0
            && state.Members.All(static member => member.Status == MemberStatus.Up)
            && expected.SetEquals(state.Members.Select(static member => member.UniqueAddress)));
    }

    private string Describe() => string.Join("; ", Running.Select(static node =>
        ClusterMembership.Get(node.System).GetStatusAsync("numbers", TimeSpan.FromSeconds(3)).Result.ToString()));

    private async Task WriteAsync()
    {
        for (int number = 1; !_end.IsCancellationRequested; number++)
        {
            var nodes = Running.ToList();
            if (nodes.Count == 0)
                return;
            try
            {
                var answer = await nodes[number % nodes.Count].Group.Ask<object>(new Propose(NumberSet.Bytes(number)),
                    TimeSpan.FromSeconds(3));
                if (answer is Proposed)
                    _acknowledged.Enqueue(number);
            }
            catch (AskTimeoutException)
            {
                // Its fate is unknown.
            }
            await Task.Delay(20);
        }
    }

    private void OnCommitted(MembershipChanged changed)
    {
        var running = _nodes.Where(static node => node.IsRunning).Select(static node => node.Id).ToHashSet();
        int there = changed.Voters.Count(voter => running.Contains(voter.Id));
        if (there <= changed.Voters.Count / 2)
            _violations.Enqueue($"{changed}: of [{string.Join(", ", changed.Voters)}] only {there} run.");
    }

    private sealed class ConfigurationObserver : UntypedActor
    {
        private readonly TestCluster _cluster;
        private long _last;

        public ConfigurationObserver(TestCluster cluster) => _cluster = cluster;

        protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(MembershipChanged));

        protected override void OnReceive(object message)
        {
            // A peer that starts again publishes what is in its log, which may be of another time.
            if (message is MembershipChanged { IsJoint: false } changed && changed.Index > _last
                && _cluster.IsNew(changed.Index))
            {
                _last = changed.Index;
                _cluster.OnCommitted(changed);
            }
        }
    }

    private long _highest;

    private bool IsNew(long index)
    {
        lock (_violations)
        {
            bool isNew = index > _highest;
            _highest = Math.Max(_highest, index);
            return isNew;
        }
    }
}
