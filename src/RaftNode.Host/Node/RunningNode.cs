using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Event;
using Akka.Hosting;
using Akka.Hosting.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RaftActors;
using RaftActors.Hosting;
using RaftActors.Remoting;
using RaftActors.Storage;
using RaftNode.Host.Access;
using RaftNode.Host.Backups;
using RaftNode.Host.Cluster;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Node;

/// <summary>A node: one host with its actor system, its peer of the group, and what it serves over HTTP.</summary>
/// <remarks>
/// The host starts the actor system and the peer, and then serves HTTP. The coordinated shutdown of the actor system
/// says in which order the node stops: the leadership is transferred while HTTP is still served.
/// </remarks>
internal sealed class RunningNode : IAsyncDisposable
{
    /// <summary>
    /// The name of the actor system. It is part of a peer's address, unless raft.members gives another name.
    /// </summary>
    public const string SystemName = "raftnode";

    private readonly TaskCompletionSource<string> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DataDirectory _directory;
    private readonly Traffic _traffic;
    private readonly PostgresqlHold? _hold;
    private readonly WebApplication _host;
    private volatile string? _storeOutage;
    private volatile string? _backupProblem;
    private ActorSystem? _system;

    private RunningNode(NodeSettings settings, DataDirectory directory, StopSignals? signals)
    {
        Settings = settings;
        // First: it fails if a file cannot be used, and what is made after it would have to be given back.
        Security = new HttpSecurity(settings.Http);
        Groups = new NodeGroups(settings);
        _traffic = new Traffic(Groups.Select(static group => group.Name), settings.Self.Id);
        Status = new OwnStatus(this, _traffic);
        Events = new NodeEvents(settings.Self.Id, TimeProvider.System);
        Cluster = new ClusterView(this, Status, Events);
        _directory = directory;
        var storeCheck = OwnStore.Check(settings);
        _hold = Hold(settings, _failed);
        _host = Build(_hold is null ? storeCheck : () => BothAsync(storeCheck, _hold), signals);
    }

    /// <summary>The settings of the node.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The node's actor system.</summary>
    public ActorSystem System => _system!;

    /// <summary>The groups that have the node's keys.</summary>
    public NodeGroups Groups { get; }

    /// <summary>The supervisor of the node's peer of the first group, which is the only one by default.</summary>
    public IActorRef Group => Groups[0].Peer;

    /// <summary>The certificates and tokens of the node's HTTP.</summary>
    public HttpSecurity Security { get; }

    /// <summary>What is wrong with the node's certificates and tokens, or soon will be.</summary>
    public IReadOnlyList<ProblemDocument> SecurityProblems =>
    [
        .. Security.Problems, .. HttpSecurity.Documents("certificate", PeerLinks.Of(System).Tls?.Notice),
    ];

    /// <summary>What the node serves over HTTP.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _host.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>The node's state machine of the first group.</summary>
    public KeyValueStores Stores => Groups[0].Stores;

    /// <summary>How the node stands.</summary>
    public OwnStatus Status { get; }

    /// <summary>What has happened on this node, and what it has heard of the others.</summary>
    public NodeEvents Events { get; }

    /// <summary>How all members stand.</summary>
    public ClusterView Cluster { get; }

    /// <summary>Completes with the reason when the peer has stopped for good.</summary>
    public Task<string> Failed => _failed.Task;

    /// <summary>Why the peer's store cannot be used at the moment; <c>null</c> if it can be used.</summary>
    public string? StoreOutage => _storeOutage;

    /// <summary>Why scheduled backups fail; <c>null</c> if they do not fail.</summary>
    public string? BackupProblem => _backupProblem;

    /// <summary>
    /// Completes when the peer has stopped because its member was removed, with the index of the configuration that
    /// removed it.
    /// </summary>
    public Task<long> Removed => _removed.Task;

    /// <summary>Starts a node.</summary>
    /// <param name="settings">What the node is started with.</param>
    /// <param name="signals">What stops the node; <c>null</c> if only the caller does.</param>
    /// <exception cref="NodeStartException">Something that it needs cannot be had.</exception>
    public static async Task<RunningNode> StartAsync(NodeSettings settings, StopSignals? signals = null)
    {
        if (settings.Http.Exposure is { } exposure)
            throw new NodeStartException(exposure);
        _ = RemoteTlsSettings.LoadIdentity(settings.Config, DateTimeOffset.UtcNow);
        NativeHeap.ShareArenas();
        if (TransportBuffers.AreUsed(settings.Config))
            TransportBuffers.RecordNoStackTraces();
        var directory = DataDirectory.Open(settings.DataDirectory);
        RunningNode node;
        string? change;
        try
        {
            (settings, change) = FitVolume(settings);
            Ports.EnsureFree("remoting", settings.RaftEndpoint.Host, settings.RaftEndpoint.Port);
            Ports.EnsureFree("HTTP", settings.Http.Endpoint.Address.ToString(), settings.Http.Endpoint.Port);
            node = new RunningNode(settings, directory, signals);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
        try
        {
            await node.StartAsync(change);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Finds the settings of a node, its own or defaults, that make consensus unsafe or slow. Uses neither the node's
    /// port, nor its certificates, nor its store.
    /// </summary>
    /// <returns>The problems; empty when there are none.</returns>
    /// <exception cref="NodeStartException">The actor system cannot be started with this configuration.</exception>
    public static async Task<IReadOnlyList<SettingProblem>> CheckAsync(NodeSettings settings)
    {
        _ = RemoteTlsSettings.Files(settings.Config);
        // The settings of remoting are checked only if remoting runs. So it runs, on a free port that no other node
        // knows. There it needs no certificate, which may be one that cannot be used.
        var elsewhere = ConfigurationFactory.ParseString("""
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", public-hostname = "", port = 0, public-port = 0 }
            akka.remote.dot-netty.tcp.tls { certificate = "", key = "", ca = "" }
            akka.loglevel = OFF
            akka.loggers = []
            """);
        using var system = CreateSystem(settings with { Config = elsewhere.WithFallback(settings.Config) });
        try
        {
            return Problems(system, settings.Raft);
        }
        finally
        {
            await system.Terminate();
        }
    }

    /// <summary>Waits until the node is to stop: on a signal, or if its peer or its actor system has ended.</summary>
    public Task WaitAsync()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        return Task.WhenAny(stopping.Task, Failed, Removed);
    }

    /// <summary>
    /// Stops in order: transfers the leadership, stops serving, lets requests in progress end, stops the peer, the
    /// actor system and the host.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        await _host.StopAsync();
        await _host.DisposeAsync();
        Security.Dispose();
        if (_hold is not null)
            await _hold.DisposeAsync();
        _traffic.Dispose();
        _directory.Dispose();
    }

    // Data that a small volume cannot hold would fill it again and again.
    private static (NodeSettings Settings, string? Change) FitVolume(NodeSettings settings)
    {
        if (settings.Store.Journal.File is not { } journal || Volume.SizeOf(journal) is not { } bytes)
            return (settings, null);
        var fitting = Volume.Fit(settings.Raft, journal, bytes);
        return (settings with { Raft = fitting }, Volume.Change(settings.Raft, fitting, journal, bytes));
    }

    // The lock of a directory does not protect a database that other machines can reach.
    private static PostgresqlHold? Hold(NodeSettings settings, TaskCompletionSource<string> failed) =>
        settings.Store.Journal is { IsPostgresql: true } journal
            ? new PostgresqlHold(journal, settings.Raft.PersistenceId, reason => failed.TrySetResult(reason))
            : null;

    private static async Task BothAsync(Func<Task>? storeCheck, PostgresqlHold hold)
    {
        if (storeCheck is not null)
            await storeCheck();
        await hold.EnsureAsync();
    }

    private static ActorSystem CreateSystem(NodeSettings settings) =>
        Started(() => settings.Store.StartSystem(SystemName, settings.Config));

    private static ActorSystem Started(Func<ActorSystem> start)
    {
        try
        {
            return start();
        }
        catch (Exception e)
        {
            throw new NodeStartException($"the actor system cannot be started: {e.GetBaseException().Message}", e);
        }
    }

    private static IReadOnlyList<SettingProblem> Problems(ActorSystem system, RaftSettings settings)
    {
        try
        {
            var raft = Raft.Get(system);
            raft.Validate(settings);
            return raft.Check(settings);
        }
        catch (ConfigurationException e)
        {
            throw new NodeStartException(e.Message, e);
        }
    }

    // One host: the actor system, the peer, HTTP, the log, and how it stops.
    private WebApplication Build(Func<Task>? storeCheck, StopSignals? signals)
    {
        // Nothing but what is said here: no settings files, no environment variables.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LineLoggerProvider.AddTo(builder.Logging);
        builder.Services.AddSingleton<IHostLifetime>(provider =>
            new NodeLifetime(signals, provider.GetRequiredService<IHostApplicationLifetime>()));
        HttpServer.AddTo(builder, Settings.Http, Security);
        HostMetrics.AddTo(builder, Settings);
        HostTraces.AddTo(builder, Settings);
        WebApplication? host = null;
        Action<string?> outage = reason => _storeOutage = reason;
        RaftSettings Checked(RaftSettings settings) => settings with
        {
            StoreCheck = storeCheck,
            ExplainStoreFailure = SqliteFaults.Explain,
        };
        builder.Services.AddAkka(SystemName, akka =>
        {
            akka.AddHocon(Settings.Config, HoconAddMode.Prepend)
                .WithActors((system, _, _) =>
                {
                    system.ActorOf(
                        Props.Create(() => new FailureListener(_failed, _removed, outage, Groups.Count)),
                        "failure-listener");
                    system.ActorOf(Props.Create<ConnectionLog>(), "connections");
                    system.ActorOf(Props.Create(() => new EventRecorder(Events, !Groups.Layout.IsOne)), "events");
                });
            if (Groups.Layout.IsOne)
            {
                akka.WithRaftGroup<KeyValueStore>(Settings.Raft.Group, Stores.Create, options =>
                    {
                        // HTTP says meanwhile why the node is not ready.
                        options.StartTimeout = TimeSpan.Zero;
                        options.Configure = _ => Checked(Settings.Raft);
                    })
                    .WithActors((system, registry, _) => Groups.Connect(system, 0, registry.Get<KeyValueStore>()));
            }
            else
            {
                akka.WithActors((system, _, _) => Groups.StartAsync(system, Checked));
            }
            akka.WithActors((system, _, _) =>
            {
                system.ActorOf(Props.Create(() => new NodeActor(Status, Events, Groups)), NodeActor.Name);
                HttpServer.Map(host!, this);
                StartBackups(system);
                CoordinatedShutdown.Get(system)
                    .AddTask(CoordinatedShutdown.PhaseServiceUnbind, "http", StopHttpAsync);
            });
        });
        // Instead of the actor system that AddAkka would create.
        builder.Services.AddSingleton(provider => Settings.Store.StartSystem(
            SystemName,
            provider.GetRequiredService<AkkaConfigurationBuilder>().Configuration.Value,
            new LoggerFactorySetup(provider.GetRequiredService<ILoggerFactory>()),
            DependencyResolverSetup.Create(provider)));
        return host = builder.Build();
    }

    private void StartBackups(ActorSystem system)
    {
        if (Settings.Backups is not { } backups)
            return;
        var (raft, log) = (Settings.Raft, Logging.GetLogger(system, nameof(BackupDirectory)));
        var directory = new BackupDirectory(backups.Directory, raft.Group, raft.MemberId, backups.Keep, log);
        var backup = new ScheduledBackup(Groups, directory, raft.Clock);
        Action<string?> problem = reason => _backupProblem = reason;
        system.ActorOf(
            BackupSchedule.Props(backups, backup, Groups[0].Name, Group, raft.Clock, problem), "backups");
    }

    private async Task StartAsync(string? change)
    {
        // What is wrong with the settings is found out here: Akka.Hosting would write a stack trace to standard output.
        var system = _system = Started(_host.Services.GetRequiredService<ActorSystem>);
        if (Problems(system, Settings.Raft).FirstOrDefault(static problem => problem.IsRefused) is { } refused)
            throw new NodeStartException($"The group {Settings.Raft.Group} does not start. {refused}");
        if (change is not null)
            system.Log.Warning("{0}", change);
        if (Settings.PeerExposure is { } exposure)
            system.Log.Warning("{0}", exposure);
        try
        {
            await _host.StartAsync();
        }
        catch (IOException e)
        {
            throw new NodeStartException($"HTTP cannot be served at {Settings.Http.Endpoint}: {e.Message}", e);
        }
        // A start leaves 15 MB of garbage, most of that from reading Akka.NET's configuration. An idle node would not
        // collect it for minutes, and would hold 6 MiB more.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // The just-in-time compiler leaves 8 MiB of free native memory after a start, and again after each new load.
        system.Scheduler.Advanced.ScheduleRepeatedly(
            initialDelay: TimeSpan.FromSeconds(10), interval: TimeSpan.FromMinutes(1), NativeHeap.GiveBack);
        Events.Add(EventKinds.Started, $"{Settings.Self.Id} has started as process {Environment.ProcessId}");
        system.Log.Info("{0} of group {1} runs as process {2}: HTTP at {3}, peers at {4}, data in {5}",
            Settings.Self.Id, Settings.Raft.Group, Environment.ProcessId, Settings.Http.Url, Settings.Self.Address,
            Settings.DataDirectory);
    }

    private async Task<Done> StopHttpAsync()
    {
        using var limit = new CancellationTokenSource(Settings.Http.ShutdownTimeout);
        // Those who watch are told, and end; the host stops the server again, which does nothing then.
        _host.Lifetime.StopApplication();
        await _host.Services.GetRequiredService<IServer>().StopAsync(limit.Token);
        return Done.Instance;
    }
}
