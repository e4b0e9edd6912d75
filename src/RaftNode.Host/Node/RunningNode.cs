using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using RaftActors;
using RaftActors.Storage;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Node;

/// <summary>A node: its actor system, its peer of the group, and what it serves over HTTP.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    /// <summary>
    /// The name of the actor system: part of a peer's address where raft.members does not say another.
    /// </summary>
    public const string SystemName = "raftnode";

    private readonly DataDirectory _directory;
    private PostgresqlHold? _hold;
    private volatile string? _storeOutage;
    private readonly TaskCompletionSource<long> _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningNode(NodeSettings settings, DataDirectory directory, ActorSystem system, KeyValueStores stores,
        Task<string> failed)
    {
        Settings = settings;
        _directory = directory;
        System = system;
        Stores = stores;
        Failed = failed;
    }

    /// <summary>What the node was started with.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The node's actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>The node's peer, or rather its supervisor.</summary>
    public IActorRef Group { get; private set; } = ActorRefs.Nobody;

    /// <summary>The node's state machine.</summary>
    public KeyValueStores Stores { get; }

    /// <summary>Completes with the reason when the peer has stopped for good.</summary>
    public Task<string> Failed { get; }

    /// <summary>
    /// Why the peer's store cannot be used at the moment, and is tried again; <c>null</c> while it can.
    /// </summary>
    public string? StoreOutage => _storeOutage;

    /// <summary>
    /// Completes when the peer has stopped because its member was removed, with the index of the configuration without
    /// it.
    /// </summary>
    public Task<long> Removed => _removed.Task;

    /// <summary>Starts a node.</summary>
    /// <exception cref="NodeStartException">Something that it needs cannot be had.</exception>
    public static async Task<RunningNode> StartAsync(NodeSettings settings)
    {
        NativeHeap.ShareArenas();
        if (TransportBuffers.AreUsed(settings.Config))
            TransportBuffers.RecordNoStackTraces();
        var directory = DataDirectory.Open(settings.DataDirectory);
        try
        {
            (settings, var change) = FitVolume(settings);
            Ports.EnsureFree("remoting", settings.RaftEndpoint.Host, settings.RaftEndpoint.Port);
            Ports.EnsureFree("HTTP", settings.Http.Endpoint.Address.ToString(), settings.Http.Endpoint.Port);
            var storeCheck = CheckStore(settings);
            var failed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            var hold = Hold(settings, failed);
            var stores = new KeyValueStores(settings.Http.Watch, settings.Raft.Group);
            var node =
                new RunningNode(settings, directory, CreateSystem(settings), stores, failed.Task) { _hold = hold };
            if (change is not null)
                node.System.Log.Warning("{0}", change);
            try
            {
                await node.StartServicesAsync(failed, hold is null ? storeCheck : () => BothAsync(storeCheck, hold));
                return node;
            }
            catch
            {
                await node.StopAsync();
                if (hold is not null)
                    await hold.DisposeAsync();
                throw;
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Finds out what a node's configuration has, or leaves at a default, that makes consensus unsafe or slow there.
    /// Uses neither the node's port nor its store.
    /// </summary>
    /// <returns>The problems; empty when there are none.</returns>
    /// <exception cref="NodeStartException">The actor system cannot be started with this configuration.</exception>
    public static async Task<IReadOnlyList<SettingProblem>> CheckAsync(NodeSettings settings)
    {
        // What remoting has configured is only looked at where remoting runs: on a free port that nobody is told.
        var elsewhere = ConfigurationFactory.ParseString("""
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", public-hostname = "", port = 0, public-port = 0 }
            akka.loglevel = OFF
            akka.loggers = []
            """);
        using var system = CreateSystem(settings with { Config = elsewhere.WithFallback(settings.Config) });
        try
        {
            return Raft.Get(system).Check(settings.Raft);
        }
        finally
        {
            await system.Terminate();
        }
    }

    /// <summary>Stops serving, lets requests in progress end, stops the peer and the actor system.</summary>
    public Task StopAsync() => CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ClrExitReason.Instance);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_hold is not null)
            await _hold.DisposeAsync();
        _directory.Dispose();
    }

    // What a small volume cannot hold would fill it again and again.
    private static (NodeSettings Settings, string? Change) FitVolume(NodeSettings settings)
    {
        if (settings.Store.Journal.File is not { } journal || Volume.SizeOf(journal) is not { } bytes)
            return (settings, null);
        var fitting = Volume.Fit(settings.Raft, journal, bytes);
        return (settings with { Raft = fitting }, Volume.Change(settings.Raft, fitting, journal, bytes));
    }

    // Of a database that others can reach the directory's lock says nothing.
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

    // What is still to be found out before the peer may start; null for nothing. It is found out once: then the plugins
    // have the files to themselves.
    private static Func<Task>? CheckStore(NodeSettings settings)
    {
        try
        {
            OwnStore.Ensure(settings);
            return null;
        }
        catch (StoreException e) when (!e.CanWait)
        {
            throw new NodeStartException(e.Message, e);
        }
        catch (Exception e) when (e is SqliteException or StoreException)
        {
            // The peer's supervisor looks again before it starts the peer. It waits for what waiting can mend, and says
            // what it cannot.
            bool isOwn = false;
            return () => isOwn ? Task.CompletedTask : Task.Run(() =>
            {
                OwnStore.Ensure(settings);
                isOwn = true;
            });
        }
    }

    private static ActorSystem CreateSystem(NodeSettings settings)
    {
        try
        {
            return settings.Store.StartSystem(SystemName, settings.Config);
        }
        catch (Exception e)
        {
            throw new NodeStartException($"the actor system cannot be started: {e.GetBaseException().Message}", e);
        }
    }

    private async Task StartServicesAsync(TaskCompletionSource<string> failed, Func<Task>? storeCheck)
    {
        Action<string?> outage = reason => _storeOutage = reason;
        System.ActorOf(Props.Create(() => new FailureListener(failed, _removed, outage)), "failure-listener");
        try
        {
            var settings = Settings.Raft with { StoreCheck = storeCheck, ExplainStoreFailure = SqliteFaults.Explain };
            Group = await Raft.Get(System).StartAsync(settings, Stores.Create);
        }
        catch (ConfigurationException e)
        {
            throw new NodeStartException(e.Message, e);
        }
        var http = await HttpServer.StartAsync(this,
            new GroupClient(System, Group, Settings.Http.RequestTimeout, Settings.Raft.LeaderWait));
        CoordinatedShutdown.Get(System)
            .AddTask(CoordinatedShutdown.PhaseServiceUnbind, "http", () => StopHttpAsync(http));
        System.Log.Info("{0} of group {1} runs as process {2}: HTTP at http://{3}, peers at {4}, data in {5}",
            Settings.Self.Id, Settings.Raft.Group,
            Environment.ProcessId, Settings.Http.Endpoint, Settings.Self.Address, Settings.DataDirectory);
    }

    private async Task<Done> StopHttpAsync(WebApplication http)
    {
        using var limit = new CancellationTokenSource(Settings.Http.ShutdownTimeout);
        await http.StopAsync(limit.Token);
        await http.DisposeAsync();
        return Done.Instance;
    }
}
