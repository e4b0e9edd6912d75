using Akka.Actor;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RaftActors.Client;
using RaftActors.Cluster;
using RaftActors.Coordination;
using RaftActors.Singletons;
using RaftActors.StateMachines;

namespace RaftActors.Hosting;

/// <summary>Adds Raft groups and their clients to an actor system that Akka.Hosting makes.</summary>
public static partial class RaftHostingExtensions
{
    /// <summary>
    /// Runs this node's peer of a group. The host has started once the peer has recovered from its journal. When the
    /// host stops, a leader first transfers its leadership. <see cref="IRequiredActor{TActor}"/> of
    /// <typeparamref name="TKey"/> is the group's actor, which takes all messages of <see cref="Client"/>.
    /// <see cref="AddRaftClient"/> puts a typed client into the container. The health checks are
    /// <c>akka.raft.&lt;group&gt;</c> with the tags <c>akka</c>, <c>ready</c> and <c>akka.raft</c>, and
    /// <c>akka.raft.&lt;group&gt;.live</c> with the tags <c>akka</c> and <c>liveness</c>.
    /// </summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting and a journal with its other methods.
    /// </param>
    /// <param name="group">The group's name, the same on all its nodes.</param>
    /// <param name="stateMachine">
    /// Makes the state machine. Called again when the state machine has failed, and when the peer is started again.
    /// </param>
    /// <param name="options">How the peer runs.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// The start of the host fails with a <see cref="PeerStoppedException"/> when the peer cannot run and waiting
    /// cannot help. The exception says why. The start fails with a
    /// <see cref="ConfigurationException"/> when the settings cannot be used.
    /// </remarks>
    public static AkkaConfigurationBuilder WithRaftGroup<TKey>(
        this AkkaConfigurationBuilder builder,
        string group,
        Func<ActorSystem, IActorRegistry, IDependencyResolver, IStateMachine> stateMachine,
        RaftGroupOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentNullException.ThrowIfNull(stateMachine);
        ArgumentNullException.ThrowIfNull(options);
        string name = $"akka.raft.{group}";
        var check = new RaftHealthCheck<TKey>(group, options.HealthCheckTimeout);
        return builder
            .WithRaft()
            .WithActors((system, registry, resolver) =>
                StartGroupAsync<TKey>(system, registry, group, () => stateMachine(system, registry, resolver), options))
            .WithHealthCheck(
                name, check.CheckReadinessAsync, tags: ["akka", "ready", "akka.raft"], timeout: check.Bound)
            .WithHealthCheck(
                $"{name}.live", check.CheckLivenessAsync, tags: ["akka", "liveness"], timeout: check.Bound);
    }

    /// <summary>Runs this node's peer of a group whose state machine needs no service of the host.</summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting and a journal with its other methods.
    /// </param>
    /// <param name="group">The group's name, the same on all its nodes.</param>
    /// <param name="stateMachine">
    /// Makes the state machine. Called again when the state machine has failed, and when the peer is started again.
    /// </param>
    /// <param name="configure">Sets how the peer runs; <c>null</c> if the configuration says everything.</param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftGroup<TKey>(
        this AkkaConfigurationBuilder builder,
        string group,
        Func<IStateMachine> stateMachine,
        Action<RaftGroupOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        var options = new RaftGroupOptions();
        configure?.Invoke(options);
        return builder.WithRaftGroup<TKey>(group, (_, _, _) => stateMachine(), options);
    }

    /// <summary>
    /// Makes a client of a group on a node that is not a member of the group. <see cref="IRequiredActor{TActor}"/> of
    /// <typeparamref name="TKey"/> is the client's actor, which answers <see cref="Propose"/> and <see cref="Query"/>
    /// as a peer does. <see cref="AddRaftClient"/> puts a typed client into the container.
    /// </summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">The builder of the actor system. Configure remoting with its other methods.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="configure">Sets how the client runs; <c>null</c> if the configuration says everything.</param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftClient<TKey>(
        this AkkaConfigurationBuilder builder, string group, Action<RaftClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(group);
        var options = new RaftClientOptions();
        configure?.Invoke(options);
        return builder
            .WithRaft()
            .WithActors((system, registry, _) =>
            {
                var settings = options.ToSettings(group, system.Settings.Config);
                registry.Register<TKey>(system.ActorOf(RaftClient.Props(settings), $"raft-client-{group}"));
                RaftClients.Of(system).Add(typeof(TKey), RaftClient.Start(system, settings));
            });
    }

    /// <summary>
    /// Puts a typed client of a group into the container. <c>WithRaftGroup</c> or <see cref="WithRaftClient"/> must
    /// have added the group under the same key.
    /// </summary>
    /// <typeparam name="TKey">The group's key.</typeparam>
    /// <typeparam name="TCommand">The type of the commands: <c>byte[]</c>, or a type that has a serializer.</typeparam>
    /// <typeparam name="TResponse">The type of the state machine's responses.</typeparam>
    /// <param name="services">The container.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddRaftClient<TKey, TCommand, TResponse>(this IServiceCollection services)
        where TCommand : notnull
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(static provider =>
        {
            var clients = RaftClients.Of(provider.GetRequiredService<ActorSystem>());
            return new RaftClient<TCommand, TResponse>(clients, typeof(TKey));
        });
    }

    /// <summary>
    /// Runs an actor on the node of a group's leader, one at a time in the group. On every node with a peer of the
    /// group, <see cref="IRequiredActor{TActor}"/> of <typeparamref name="TSingleton"/> leads to the actor. While there
    /// is no such actor, up to <see cref="RaftSingletonOptions.BufferSize"/> messages wait.
    /// <see cref="SingletonTenure"/> says what is guaranteed.
    /// </summary>
    /// <typeparam name="TKey">The group's key. Call <c>WithRaftGroup</c> for this key first.</typeparam>
    /// <typeparam name="TSingleton">The singleton's key in the actor registry.</typeparam>
    /// <param name="builder">The builder of the actor system.</param>
    /// <param name="name">The singleton's name, the same on all nodes.</param>
    /// <param name="singleton">
    /// Says how the actor is made. Called at the beginning of each tenure, with the term and the fencing token.
    /// </param>
    /// <param name="options">How the singleton runs.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// The start of the host fails with an <see cref="InvalidOperationException"/> if the group was not started before,
    /// and with a <see cref="ConfigurationException"/> if the settings cannot be used.
    /// </remarks>
    public static AkkaConfigurationBuilder WithRaftSingleton<TKey, TSingleton>(
        this AkkaConfigurationBuilder builder,
        string name,
        Func<ActorSystem, IActorRegistry, IDependencyResolver, SingletonTenure, Props> singleton,
        RaftSingletonOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(singleton);
        ArgumentNullException.ThrowIfNull(options);
        return builder.WithActors((system, registry, resolver) =>
        {
            if (!registry.TryGet<TKey>(out var peer))
            {
                throw new InvalidOperationException(
                    $"The singleton {name} runs on the leader of the group of {typeof(TKey)}, which has not been "
                        + "started."
                    + " Call WithRaftGroup for that key before WithRaftSingleton.");
            }
            var settings = options.ToSettings(peer.Path.Name, peer, system.Settings.Config);
            var props = RaftSingleton.Props(settings, tenure => singleton(system, registry, resolver, tenure));
            registry.Register<TSingleton>(system.ActorOf(props, SingletonName(name)));
        });
    }

    /// <summary>
    /// Runs an actor that needs no service of the host on the node of a group's leader, one at a time in the group.
    /// </summary>
    /// <typeparam name="TKey">The group's key. Call <c>WithRaftGroup</c> for this key first.</typeparam>
    /// <typeparam name="TSingleton">The singleton's key in the actor registry.</typeparam>
    /// <param name="builder">The builder of the actor system.</param>
    /// <param name="name">The singleton's name, the same on all nodes.</param>
    /// <param name="singleton">
    /// Says how the actor is made. Called at the beginning of each tenure, with the term and the fencing token.
    /// </param>
    /// <param name="configure">Sets how the singleton runs; <c>null</c> if the configuration says everything.</param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftSingleton<TKey, TSingleton>(
        this AkkaConfigurationBuilder builder,
        string name,
        Func<SingletonTenure, Props> singleton,
        Action<RaftSingletonOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(singleton);
        var options = new RaftSingletonOptions();
        configure?.Invoke(options);
        return builder.WithRaftSingleton<TKey, TSingleton>(name, (_, _, _, tenure) => singleton(tenure), options);
    }

    /// <summary>
    /// Reaches the singleton of a group from a node without a peer of the group. <see cref="IRequiredActor{TActor}"/>
    /// of <typeparamref name="TSingleton"/> leads to the singleton.
    /// </summary>
    /// <typeparam name="TSingleton">The singleton's key in the actor registry.</typeparam>
    /// <param name="builder">The builder of the actor system. Configure remoting with its other methods.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="name">The singleton's name, the same on all nodes.</param>
    /// <param name="configure">
    /// Sets how the singleton is reached; <c>null</c> if the configuration says everything.
    /// </param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftSingletonProxy<TSingleton>(
        this AkkaConfigurationBuilder builder,
        string group,
        string name,
        Action<RaftSingletonOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var options = new RaftSingletonOptions();
        configure?.Invoke(options);
        return builder.WithActors((system, registry, _) =>
        {
            var settings = options.ToSettings(group, null, system.Settings.Config);
            registry.Register<TSingleton>(system.ActorOf(RaftSingleton.ProxyProps(settings), SingletonName(name)));
        });
    }

    /// <summary>
    /// Runs leases of Akka.Coordination on a Raft group: for the split brain resolver, singletons, shards, and
    /// <see cref="Akka.Coordination.LeaseProvider"/>. If <see cref="RaftLeaseOption.Peer"/> is set, this node runs a
    /// peer of the lease group. The peer then has the health checks of <c>WithRaftGroup</c>, and
    /// <see cref="IRequiredActor{TActor}"/> of <see cref="RaftLease"/> is its actor. The health check
    /// <c>akka.raft.lease</c>, with the tags <c>akka, ready, akka.raft</c>, reads the group linearizably, so that a
    /// wrong set-up is found before a lease is needed.
    /// </summary>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting, cluster and a journal with its other methods.
    /// </param>
    /// <param name="option">The lease group, and what uses leases.</param>
    /// <returns>The builder.</returns>
    /// <remarks>The start of the host fails as with <c>WithRaftGroup</c>.</remarks>
    public static AkkaConfigurationBuilder WithRaftLease(this AkkaConfigurationBuilder builder, RaftLeaseOption option)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(option);
        builder.WithRaft();
        option.Apply(builder);
        if (option.Peer is { } peer)
        {
            var check = new RaftHealthCheck<RaftLease>("leases", peer.HealthCheckTimeout);
            builder
                .WithActors((system, registry, _) => StartLeaseGroupAsync(system, registry, peer))
                .WithHealthCheck(
                    "akka.raft.lease.live", check.CheckLivenessAsync, tags: ["akka", "liveness"], timeout: check.Bound);
        }
        else
        {
            builder.WithActors(static (system, _, _) => ConnectToLeaseGroup(system));
        }
        return builder.WithHealthCheck(
            "akka.raft.lease",
            (system, _, _) => CheckLeasesAsync(system, option.HealthCheckTimeout),
            tags: ["akka", "ready", "akka.raft"],
            timeout: option.HealthCheckTimeout + TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs leases of Akka.Coordination on a Raft group.</summary>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting, cluster and a journal with its other methods.
    /// </param>
    /// <param name="configure">Sets the lease group, and what uses leases.</param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftLease(
        this AkkaConfigurationBuilder builder, Action<RaftLeaseOption> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var option = new RaftLeaseOption();
        configure(option);
        return builder.WithRaftLease(option);
    }

    private static string SingletonName(string name) => $"raft-singleton-{name}";

    // The settings of remoting must be there before the actor system starts. The extension adds all other defaults
    // behind the configuration, so that settings that are added to the builder later still count before them.
    private static AkkaConfigurationBuilder WithRaft(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(ReferenceConfig.LoadRemoting(), HoconAddMode.Append);

    private static async Task StartGroupAsync<TKey>(
        ActorSystem system,
        IActorRegistry registry,
        string group,
        Func<IStateMachine> stateMachine,
        RaftGroupOptions options)
    {
        var (settings, peer) = options.Cluster is { } cluster
            ? await StartInClusterAsync(system, group, stateMachine, options, cluster).ConfigureAwait(false)
            : await StartAsync(system, options.ToSettings(group, system.Settings.Config), stateMachine)
                .ConfigureAwait(false);
        registry.Register<TKey>(peer);
        var section = new HoconSection().Add("group", group).Over(options.Hocon, system.Settings.Config);
        var client = RaftClientSettings.FromConfig(section);
        RaftClients.Of(system).Add(typeof(TKey), RaftClient.Start(system, client with { Peer = peer }));
        await AwaitRecoveryAsync(system, peer, settings, options.StartTimeout).ConfigureAwait(false);
    }

    private static async Task<(RaftSettings Settings, IActorRef Peer)> StartAsync(
        ActorSystem system, RaftSettings settings, Func<IStateMachine> stateMachine) =>
        (settings, await Raft.Get(system).StartAsync(settings, stateMachine).ConfigureAwait(false));

    private static async Task<(RaftSettings Settings, IActorRef Peer)> StartInClusterAsync(
        ActorSystem system,
        string group,
        Func<IStateMachine> stateMachine,
        RaftGroupOptions options,
        RaftClusterOptions cluster)
    {
        var membership = ClusterMembership.Get(system);
        var settings =
            options.Configured(membership.PeerSettings(options.ToSection(group, system.Settings.Config)));
        var wanted = cluster.ToSettings(system.Settings.Config);
        return (settings, await membership.StartAsync(settings, wanted, stateMachine).ConfigureAwait(false));
    }

    private static async Task StartLeaseGroupAsync(
        ActorSystem system, IActorRegistry registry, RaftGroupOptions options)
    {
        string group = system.Settings.Config.GetString($"{RaftLeaseOption.Section}.group");
        var settings = options.ToSettings(group, system.Settings.Config);
        var peer = await RaftLeases.Get(system).StartAsync(settings).ConfigureAwait(false);
        registry.Register<RaftLease>(peer);
        await AwaitRecoveryAsync(system, peer, settings, options.StartTimeout).ConfigureAwait(false);
    }

    private static void ConnectToLeaseGroup(ActorSystem system)
    {
        var section = system.Settings.Config.GetConfig(RaftLeaseOption.Section);
        var settings = new RaftClientSettings
        {
            Group = section.GetString("group"),
            Addresses = section.Texts("addresses"),
        };
        if (settings.Addresses.Count == 0)
        {
            throw new ConfigurationException(
                $"{RaftLeaseOption.Section}.addresses is empty, and this node has no peer of the lease group "
                    + $"{settings.Group}."
                + " Set Addresses or Peer in the options of WithRaftLease.");
        }
        RaftLeases.Get(system).Connect(settings);
    }

    private static async Task<HealthCheckResult> CheckLeasesAsync(ActorSystem system, TimeSpan timeout)
    {
        string group = system.Settings.Config.GetString($"{RaftLeaseOption.Section}.group");
        return await RaftLeases.Get(system).IsReadyAsync(group, timeout).ConfigureAwait(false)
            ? HealthCheckResult.Healthy($"The lease group {group} answers.")
            : HealthCheckResult.Unhealthy(
                $"The lease group {group} has not answered a linearizable read within {timeout.TotalSeconds} s.");
    }

    private static async Task AwaitRecoveryAsync(
        ActorSystem system, IActorRef peer, RaftSettings settings, TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
            return;
        try
        {
            await peer.Ask<RaftStatus>(GetStatus.Instance, timeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            system.Log.Warning(
                "The peer {0} of group {1} has not recovered from its journal within {2} s. "
                + "The host goes on without it; health checks say when it is ready.",
                settings.MemberId, settings.Group, timeout.TotalSeconds);
        }
    }
}
