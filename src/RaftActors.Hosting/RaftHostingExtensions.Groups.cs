using Akka.Actor;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Hosting;
using RaftActors.StateMachines;

namespace RaftActors.Hosting;

// Groups that are created and destroyed while the node runs: docs/groups.md.
public static partial class RaftHostingExtensions
{
    /// <summary>
    /// Registers a kind of state machine for the groups that are created while the node runs
    /// (<see cref="Raft.CreateAsync(Groups.GroupDefinition)"/>). The groups of the node's catalogue that have it start by
    /// themselves. The start of the host does not wait for them.
    /// </summary>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting and a journal with its other methods.
    /// </param>
    /// <param name="name">The name in the catalogue.</param>
    /// <param name="stateMachine">
    /// Makes the state machine of the group with the name that it is given. Called again when the state machine has
    /// failed, and when the peer is started again. Threads of several groups may call it at once.
    /// </param>
    /// <param name="configure">
    /// Changes the settings of each such group, for what a configuration cannot say; <c>null</c> for no change.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// The start of the host fails with a <see cref="ConfigurationException"/> when the section <c>raft</c> or a
    /// template cannot be used.
    /// </remarks>
    public static AkkaConfigurationBuilder WithRaftStateMachine(
        this AkkaConfigurationBuilder builder,
        string name,
        Func<ActorSystem, IActorRegistry, IDependencyResolver, string, IStateMachine> stateMachine,
        Func<RaftSettings, RaftSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(stateMachine);
        return builder
            .WithRaft()
            .WithActors((system, registry, resolver) => Raft.Get(system).RegisterStateMachine(
                name, group => stateMachine(system, registry, resolver, group), configure));
    }

    /// <summary>Registers a kind of state machine that needs no service of the host.</summary>
    /// <param name="builder">
    /// The builder of the actor system. Configure remoting and a journal with its other methods.
    /// </param>
    /// <param name="name">The name in the catalogue.</param>
    /// <param name="stateMachine">Makes the state machine of the group with the name that it is given.</param>
    /// <returns>The builder.</returns>
    public static AkkaConfigurationBuilder WithRaftStateMachine(
        this AkkaConfigurationBuilder builder, string name, Func<string, IStateMachine> stateMachine)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        return builder.WithRaftStateMachine(name, (_, _, _, group) => stateMachine(group));
    }
}
