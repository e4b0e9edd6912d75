using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using RaftActors.Client;
using RaftActors.StateMachines;

namespace RaftActors.Hosting;

/// <summary>Raft groups and clients of an actor system that Akka.Hosting makes.</summary>
public static class RaftHostingExtensions
{
    /// <summary>
    /// Runs this node's peer of a group. The host is up once the peer has recovered from its journal. When the host
    /// stops, a leader transfers its leadership first. The group's actor, which takes all messages of
    /// <see cref="Client"/>, is <see cref="IRequiredActor{TActor}"/> of <typeparamref name="TKey"/>.
    /// <see cref="AddRaftClient"/> puts a typed client into the container. The health checks are
    /// <c>akka.raft.&lt;group&gt;</c> with the tags <c>akka</c>, <c>ready</c> and <c>akka.raft</c>, and
    /// <c>akka.raft.&lt;group&gt;.live</c> with the tags <c>akka</c> and <c>liveness</c>.
    /// </summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">
    /// The builder of the actor system. Remoting and a journal are configured by its other methods.
    /// </param>
    /// <param name="group">The group's name, the same on all its nodes.</param>
    /// <param name="stateMachine">
    /// Makes the state machine; called again when the state machine failed, and when the peer is started again.
    /// </param>
    /// <param name="options">How the peer runs.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// The start of the host fails with a <see cref="PeerStoppedException"/> when the peer cannot run and waiting
    /// cannot help. The exception says why. The start fails with a
    /// <see cref="Akka.Configuration.ConfigurationException"/> when the settings cannot be used.
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

    /// <summary>Runs this node's peer of a group whose state machine needs nothing of the host.</summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">
    /// The builder of the actor system. Remoting and a journal are configured by its other methods.
    /// </param>
    /// <param name="group">The group's name, the same on all its nodes.</param>
    /// <param name="stateMachine">
    /// Makes the state machine; called again when the state machine failed, and when the peer is started again.
    /// </param>
    /// <param name="configure">Sets how the peer runs; <c>null</c> when the configuration says all.</param>
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
    /// Makes a client of a group on a node that is not a member of the group. Its actor,
    /// <see cref="IRequiredActor{TActor}"/> of <typeparamref name="TKey"/>, answers <see cref="Propose"/> and
    /// <see cref="Query"/> as a peer does; <see cref="AddRaftClient"/> puts a typed client into the container.
    /// </summary>
    /// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
    /// <param name="builder">The builder of the actor system. Remoting is configured by its other methods.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="configure">Sets how the client runs; <c>null</c> when the configuration says all.</param>
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
    /// Puts a typed client of a group into the container. The group is the one that
    /// <c>WithRaftGroup</c> or <see cref="WithRaftClient"/> has made under that key.
    /// </summary>
    /// <typeparam name="TKey">The group's key.</typeparam>
    /// <typeparam name="TCommand">What is proposed: a <c>byte[]</c>, or a type that has a serializer.</typeparam>
    /// <typeparam name="TResponse">What the state machine answers.</typeparam>
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

    // What remoting needs has to be there before the actor system starts. All else the extension itself puts behind the
    // configuration, so that whatever is added to the builder later still goes before.
    private static AkkaConfigurationBuilder WithRaft(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(ReferenceConfig.LoadRemoting(), HoconAddMode.Append);

    private static async Task StartGroupAsync<TKey>(
        ActorSystem system,
        IActorRegistry registry,
        string group,
        Func<IStateMachine> stateMachine,
        RaftGroupOptions options)
    {
        var settings = options.ToSettings(group, system.Settings.Config);
        var peer = await Raft.Get(system).StartAsync(settings, stateMachine).ConfigureAwait(false);
        registry.Register<TKey>(peer);
        var section = new HoconSection().Add("group", group).Over(options.Hocon, system.Settings.Config);
        var client = RaftClientSettings.FromConfig(section);
        RaftClients.Of(system).Add(typeof(TKey), RaftClient.Start(system, client with { Peer = peer }));
        try
        {
            await peer.Ask<RaftStatus>(GetStatus.Instance, options.StartTimeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            system.Log.Warning(
                "The peer {0} of group {1} has not recovered from its journal within {2} s. "
                + "The host goes on without it; health checks say when it is ready.",
                settings.MemberId, group, options.StartTimeout.TotalSeconds);
        }
    }
}
