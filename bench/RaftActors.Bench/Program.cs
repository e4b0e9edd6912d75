using System.CommandLine;
using System.Net.Sockets;
using RaftActors.Bench;
using RaftNode.Host;
using RaftNode.Host.Dev;

var clients = new Option<int[]>("--clients", "-c")
{
    Description = "How many clients, each with one operation in flight; several for several runs.",
    DefaultValueFactory = _ => [1, 16, 64, 256, 1024],
    AllowMultipleArgumentsPerToken = true,
};
var seconds = new Option<double>("--seconds", "-s") { Description = "How long each run is measured.",
    DefaultValueFactory = _ => 5 };
var warmUp = new Option<double>("--warm-up",
    "-w") { Description = "For how many seconds each run goes on before it is measured.",
    DefaultValueFactory = _ => 2 };
var sizes = new Option<int[]>("--bytes", "-b")
{
    Description = "The size of a command (inside the leader) or value (over HTTP); several for several runs.",
    DefaultValueFactory = _ => [256],
    AllowMultipleArgumentsPerToken = true,
};
var rates = new Option<double[]>("--rate", "-r")
{
    HelpName = "OPS",
    Description = "Starts so many operations a second, whatever the answers, and counts latencies from when each was "
        + "to start; several for several runs. Over HTTP, --clients is how many connections there are then.",
    AllowMultipleArgumentsPerToken = true,
};
var bytes = new Option<int>("--bytes", "-b") { Description = "The size of a command.", DefaultValueFactory = _ => 256 };
var json = new Option<string?>("--json") { HelpName = "FILE",
    Description = "Also adds the figures to a file, a line of JSON a run." };
var label = new Option<string?>("--label") { HelpName = "NAME",
    Description = "What the run is called in that file; by default the commit and the time." };
var data = new Option<string?>("--data", "-d") { HelpName = "DIR",
    Description = "An existing directory on the disk to measure; by default that of temporary files." };
var journal = new Option<string>("--journal", "-j")
{
    HelpName = string.Join('|', JournalChoice.All.Select(choice => choice.Name)),
    Description =
        "Where the nodes keep their journals: the node's own SQLite journal, or Akka.Persistence.Sql on SQLite or "
        + "PostgreSQL. The environment variable RAFTNODE_POSTGRESQL says where the database is.",
    DefaultValueFactory = _ => JournalChoice.Sqlite.Name,
};
journal.AcceptOnlyFromAmong([.. JournalChoice.All.Select(choice => choice.Name)]);
var settings = new Option<string>("--settings")
{
    HelpName = "HOCON",
    Description = "Settings of the nodes that differ from their defaults, for example "
        + "akka.remote.dot-netty.tcp.batching.enabled=off",
    DefaultValueFactory = _ => "",
};
var only = new Option<Workload[]>("--only")
{
    Description = "What to run: propose (inside the leader); put, get and mix, nine gets to a put (over HTTP, at the "
        + "leader); followerget (over HTTP, at the followers).",
    DefaultValueFactory = _ => Enum.GetValues<Workload>(),
    AllowMultipleArgumentsPerToken = true,
};
var dead = new Option<bool>("--one-dead") { Description = "Ends a follower with SIGKILL before the first run." };
var nodes = new Option<int>("--nodes", "-n") { Description = "The number of nodes.", DefaultValueFactory = _ => 3 };

var tls = new Option<bool>("--tls")
{
    Description = "The nodes talk to each other and to clients with TLS, and clients send tokens.",
};

var load = new Command("load",
    "Operations a second and latencies of three node processes on loopback with durable journals.") { clients, rates,
    seconds, warmUp, sizes, json, label, data, journal, settings, only, dead, nodes, tls };
load.SetAction((parsed, stop) => LoadBench.RunAsync(new LoadBenchOptions
{
    Clients = parsed.GetValue(clients)!,
    Seconds = parsed.GetValue(seconds),
    WarmUpSeconds = parsed.GetValue(warmUp),
    Rates = parsed.GetValue(rates)!,
    Bytes = parsed.GetValue(sizes)!,
    JsonFile = parsed.GetValue(json),
    Label = parsed.GetValue(label),
    Cluster = Cluster(parsed) with { Tls = parsed.GetValue(tls) },
    Workloads = parsed.GetValue(only)!,
    OneDead = parsed.GetValue(dead),
    Nodes = parsed.GetValue(nodes),
}, stop));

var trials = new Option<int>("--trials", "-t") { Description = "How many times the leader is killed.",
    DefaultValueFactory = _ => 10 };
var busy = new Option<int>("--busy") { HelpName = "CLIENTS",
    Description = "How many clients write all the while; 0 for an idle cluster.", DefaultValueFactory = _ => 0 };
var failover = new Command("failover", "The time from SIGKILL of the leader to the next acknowledged write.") { trials,
    busy, json, label, data, journal, settings };
failover.SetAction((parsed, stop) =>
    FailoverBench.RunAsync(parsed.GetValue(trials), parsed.GetValue(busy), parsed.GetValue(json),
    parsed.GetValue(label), Cluster(parsed), stop));

var restarts = new Option<int>("--trials", "-t") { Description = "How many times the leader is stopped and started.",
    DefaultValueFactory = _ => 10 };
var restart = new Command("restart", "The longest time between two acknowledged writes while the leader is stopped in "
    + "order and started again.") { restarts, json, label, data, journal, settings };
restart.SetAction((parsed, stop) =>
    RestartBench.RunAsync(parsed.GetValue(restarts), parsed.GetValue(json), parsed.GetValue(label), Cluster(parsed),
    stop));

var entries = new Option<int>("--entries", "-e") { Description = "How many entries the log has.",
    DefaultValueFactory = _ => 1_000_000 };
var recovery = new Command("recovery",
    "How long a node takes to start with a long log, without and with a snapshot.") { entries, bytes, data, journal,
    settings };
recovery.SetAction((parsed, stop) =>
    SnapshotBench.RecoveryAsync(parsed.GetValue(entries), parsed.GetValue(bytes), Cluster(parsed), stop));

var size =
    new Option<int>("--mebibytes", "-m") { Description = "How large the state is.", DefaultValueFactory = _ => 500 };
var writers = new Option<int>("--clients", "-c") { Description = "How many clients write meanwhile.",
    DefaultValueFactory = _ => 16 };
var transfer = new Command("transfer", "Writes while a large snapshot is sent to a follower that was down.") { size,
    writers, data, journal, settings };
transfer.SetAction((parsed, stop) =>
    SnapshotBench.TransferAsync(parsed.GetValue(size), parsed.GetValue(writers), Cluster(parsed), stop));

var kind = new Option<Workload>("--workload") { Description = "What is offered: propose (inside the leader), or put, "
    + "get, mix or followerget over HTTP.", DefaultValueFactory = _ => Workload.Propose };
var times = new Option<double>("--times") { Description = "How many times what the nodes can do is offered.",
    DefaultValueFactory = _ => 2 };
var capacityClients = new Option<int>("--clients",
    "-c") { Description = "How many closed-loop clients find out what the nodes can do. Over HTTP fewer than "
    + "raftnode.http.max-requests.", DefaultValueFactory = _ => 2048 };
var offered = new Option<double?>("--rate", "-r") { HelpName = "OPS",
    Description = "Offers so many operations a second, rather than a multiple of what the nodes can do." };
var connections = new Option<int>("--connections") { Description = "Over HTTP: through how many connections the "
    + "overload comes. More than a node's raftnode.http.max-requests, or nothing is refused.",
    DefaultValueFactory = _ => 6000 };
var overSeconds = new Option<double>("--seconds", "-s") { Description = "How long the overload goes on.",
    DefaultValueFactory = _ => 10 };
var overload = new Command("overload",
    "Twice what three nodes can do: what becomes of the excess, of memory, and of the speed afterwards.") { kind, times,
    offered, capacityClients, connections, overSeconds, json, label, data, journal, settings };
overload.SetAction((parsed, stop) => OverloadBench.RunAsync(
    new OverloadOptions(parsed.GetValue(kind), parsed.GetValue(times), parsed.GetValue(offered),
    parsed.GetValue(capacityClients), parsed.GetValue(connections), parsed.GetValue(overSeconds)),
    parsed.GetValue(json), parsed.GetValue(label), Cluster(parsed), stop));

var growing = new Option<Growing[]>("--only") { Description = "What grows: log, store, cluster.",
    DefaultValueFactory = _ => Enum.GetValues<Growing>(), AllowMultipleArgumentsPerToken = true };
var grownSizes = new Option<int[]>("--sizes") { Description = "The entries, or keys, to measure at.",
    DefaultValueFactory = _ => [10_000, 100_000, 1_000_000], AllowMultipleArgumentsPerToken = true };
var clusters = new Option<int[]>("--nodes", "-n") { Description = "The sizes of clusters.",
    DefaultValueFactory = _ => [3, 5, 7], AllowMultipleArgumentsPerToken = true };
var growthClients =
    new Option<int>("--clients", "-c") { Description = "How many clients.", DefaultValueFactory = _ => 256 };
var noSnapshots =
    new Option<bool>("--no-snapshots") { Description = "Nodes take no snapshots: the whole log stays in memory." };
var growth = new Command("growth", "Throughput and memory as the log, the store and the cluster grow.") { growing,
    grownSizes, clusters, growthClients, bytes, warmUp, seconds, noSnapshots, json, label, data, journal, settings };
growth.SetAction((parsed, stop) => GrowthBench.RunAsync(
    new GrowthOptions(parsed.GetValue(growing)!, parsed.GetValue(grownSizes)!, parsed.GetValue(clusters)!,
    parsed.GetValue(growthClients), parsed.GetValue(bytes), parsed.GetValue(warmUp), parsed.GetValue(seconds),
        !parsed.GetValue(noSnapshots)),
    parsed.GetValue(json), parsed.GetValue(label), Cluster(parsed), stop));

var kills = new Option<int>("--trials", "-t") { Description = "How many times a process of each kind is killed.",
    DefaultValueFactory = _ => 5 };
var singleton = new Command("singleton", "The time from SIGKILL of the process of a singleton to the answer of the "
    + "next singleton: WithRaftSingleton and ClusterSingletonManager in turn, both with default settings.") { kills,
    json, label, data };
singleton.SetAction((parsed, stop) => SingletonBench.RunAsync(
    parsed.GetValue(kills), parsed.GetValue(json), parsed.GetValue(label), parsed.GetValue(data), stop));

var rounds = new Option<int>("--rounds", "-r") { Description = "How often leases and proposals are measured in turn.",
    DefaultValueFactory = _ => 5 };
var count = new Option<int>("--count", "-c") { Description = "How many leases, and how many proposals, a round has.",
    DefaultValueFactory = _ => 200 };
var many = new Option<int>("--leases", "-l") { Description = "How many leases the idle nodes hold.",
    DefaultValueFactory = _ => 10_000 };
var idleSeconds = new Option<double>("--seconds", "-s") { Description = "How long idle nodes are measured.",
    DefaultValueFactory = _ => 30 };
var leases = new Command("leases", "Leases of three nodes: how fast a free one is granted, what many cost idle nodes, "
    + "and when another gets the lease of a killed holder.") { rounds, count, many, idleSeconds, kills, json, label,
    data };
leases.SetAction((parsed, stop) => LeaseBench.RunAsync(
    new LeaseOptions(parsed.GetValue(rounds), parsed.GetValue(count), parsed.GetValue(many),
        parsed.GetValue(idleSeconds), parsed.GetValue(kills)),
    parsed.GetValue(json), parsed.GetValue(label), parsed.GetValue(data), stop));

var shardCount = new Option<int>("--shards") { Description = "How many shards there are.",
    DefaultValueFactory = _ => 200 };
var shards = new Command("shards", "The time from SIGKILL of a process with shards that have leases until all shards "
    + "answer from the two processes that are left.") { shardCount, kills, json, label, data };
shards.SetAction((parsed, stop) => ShardBench.RunAsync(parsed.GetValue(shardCount), parsed.GetValue(kills),
    parsed.GetValue(json), parsed.GetValue(label), parsed.GetValue(data), stop));

var compare = CompareCommand.Make(json, label, data, journal, settings);
var groups = GroupsCommand.Make(json, label, data, settings);

var files = new Argument<string[]>("FILE") { Description = "Files that runs wrote with --json.",
    Arity = ArgumentArity.OneOrMore };
var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "The page to write.",
    DefaultValueFactory = _ => "report.html" };
var report = new Command("report",
    "Draws runs on a page of HTML: latency against throughput, runs of one kind side by side.") { files, output };
report.SetAction((parsed, stop) => HtmlReport.WriteAsync(parsed.GetValue(files)!, parsed.GetValue(output)!, stop));

var config = new Option<string>("--config") { Required = true };
var nodeData = new Option<string>("--data") { Required = true };
var node = new Command("node", "A node under load; started by the other commands.") { config, nodeData };
node.Hidden = true;
node.SetAction((parsed, _) => BenchNode.RunAsync(parsed.GetValue(config)!, parsed.GetValue(nodeData)!));

var number = new Option<int>("--number") { Required = true };
var ports = new Option<int>("--ports") { Required = true };
var singletonKind = new Option<SingletonKind>("--kind") { Required = true };
var singletonNode = new Command("singleton-node", "A node with a singleton; started by the command singleton.") {
    singletonKind, number, ports, nodeData };
singletonNode.Hidden = true;
singletonNode.SetAction((parsed, _) => SingletonNode.RunAsync(parsed.GetValue(singletonKind), parsed.GetValue(number),
    parsed.GetValue(ports), parsed.GetValue(nodeData)!));
var shardNode = new Command("shard-node", "A node with shards; started by the command shards.") { shardCount, number,
    ports, nodeData };
shardNode.Hidden = true;
shardNode.SetAction((parsed, _) => ShardNode.RunAsync(parsed.GetValue(number), parsed.GetValue(ports),
    parsed.GetValue(shardCount), parsed.GetValue(nodeData)!));
var leaseNode = new Command("lease-node", "A node with leases; started by the command leases.") { number, ports,
    nodeData };
leaseNode.Hidden = true;
leaseNode.SetAction((parsed, _) => LeaseNode.RunAsync(parsed.GetValue(number), parsed.GetValue(ports),
    parsed.GetValue(nodeData)!));
var groupNode = GroupsCommand.MakeNode(number, ports, nodeData, settings);

try
{
    return await new RootCommand("Measures RaftActors: see bench/README.md.") { load, failover, restart, recovery,
        transfer, overload, growth, singleton, leases, shards, groups, compare, report, node, singletonNode,
        leaseNode, shardNode, groupNode }.Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
}
catch (Exception e) when (e is NodeStartException or OperationCanceledException or BenchException or SocketException
    or IOException)
{
    await Console.Error.WriteLineAsync($"bench: {e.Message}");
    return 1;
}

ClusterOptions Cluster(ParseResult parsed) =>
    new(parsed.GetValue(data), JournalChoice.Named(parsed.GetValue(journal)!), parsed.GetValue(settings)!);
