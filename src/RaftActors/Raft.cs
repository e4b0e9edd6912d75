using Akka.Actor;
using Akka.Configuration;
using RaftActors.StateMachines;

namespace RaftActors;

/// <summary>Raft groups in an actor system.</summary>
public sealed class Raft : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _groups;

    internal Raft(ExtendedActorSystem system)
    {
        _system = system;
        _groups = system.ActorOf(Props.Create(() => new RaftGroups()), "raft");
    }

    /// <summary>The extension of an actor system; created by the first call.</summary>
    public static Raft Get(ActorSystem system) => system.WithExtension<Raft, RaftExtension>();

    /// <summary>
    /// The defaults of every setting: the section <c>raft</c>, and what peers need of <c>akka.*</c> (serializer, remoting). Belongs behind the application's own configuration, before
    /// the actor system's: <c>own.WithFallback(Raft.DefaultConfig())</c>.
    /// </summary>
    public static Config DefaultConfig() => ReferenceConfig.Load();

    /// <summary>Starts this node's peer of a group, under <c>/user/raft/&lt;group&gt;</c>.</summary>
    /// <param name="settings">How the peer runs.</param>
    /// <param name="stateMachine">Creates the state machine; called again when it failed, and when the peer is started again.</param>
    /// <returns>
    /// The actor to which everything in <see cref="Client"/>, and <see cref="Subscribe"/>, is told. It outlives the peer's restarts; while no peer runs it answers proposals and
    /// queries with <see cref="Client.FailureReason.NoLeader"/>. A peer that stopped for good is announced as <see cref="Client.PeerFailed"/> on the event stream.
    /// </returns>
    /// <exception cref="ConfigurationException">The settings do not go together, or not with the actor system's remoting.</exception>
    /// <exception cref="InvalidOperationException">A peer of that group was started before.</exception>
    public async Task<IActorRef> StartAsync(RaftSettings settings, Func<IStateMachine> stateMachine)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(stateMachine);
        settings.Validate();
        if (_system.Provider.DefaultAddress.Host is not null)
            settings.ValidateFrameSize(_system.Settings.Config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size", null) ?? 0);

        var started = await _groups.Ask<object>(new RaftGroups.StartGroup(settings, stateMachine), Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        return started as IActorRef ?? throw new InvalidOperationException($"A peer of the group '{settings.Group}' was started before.");
    }
}

/// <summary>Registers <see cref="Raft"/> with an actor system.</summary>
public sealed class RaftExtension : ExtensionIdProvider<Raft>
{
    /// <inheritdoc/>
    public override Raft CreateExtension(ExtendedActorSystem system) => new(system);
}
