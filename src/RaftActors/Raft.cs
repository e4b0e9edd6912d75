using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using RaftActors.Groups;
using RaftActors.Protocol;
using RaftActors.Remoting;
using RaftActors.StateMachines;
using RaftActors.Storage;

namespace RaftActors;

/// <summary>Raft groups in an actor system.</summary>
public sealed partial class Raft : IExtension
{
    /// <summary>
    /// The name of the meter of all measurements (System.Diagnostics.Metrics), for example for OpenTelemetry's
    /// <c>AddMeter</c>. docs/metrics.md lists the instruments.
    /// </summary>
    public const string MeterName = "RaftActors";

    /// <summary>
    /// The name of the source of all spans (System.Diagnostics.ActivitySource), for example for OpenTelemetry's
    /// <c>AddSource</c>. docs/traces.md lists the spans.
    /// </summary>
    public const string ActivitySourceName = "RaftActors";

    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _groups;

    internal Raft(ExtendedActorSystem system)
    {
        _system = system;
        InjectedDefaults.EnsureIn(system);
        PeerLinks.Of(system).Serve(RaftSerializer.Of(system));
        _groups = system.SystemActorOf(Props.Create(() => new RaftGroups()), RaftGroups.Name);
        _manager = new Lazy<IActorRef>(StartManager);
        // In a phase before any service stops, so that requests that come meanwhile are forwarded to the next leader.
        CoordinatedShutdown.Get(system)
            .AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "raft-hand-over", HandOverAsync);
    }

    /// <summary>
    /// The actor above the peers of all groups. Code that cannot wait for a task sends it
    /// <see cref="RaftGroups.StartGroup"/>.
    /// </summary>
    internal IActorRef Groups => _groups;

    /// <summary>The extension of an actor system; created by the first call.</summary>
    public static Raft Get(ActorSystem system) => system.WithExtension<Raft, RaftExtension>();

    /// <summary>
    /// The defaults of all settings: the section <c>raft</c>, and the settings of <c>akka.*</c> that peers need. The
    /// extension itself adds them as fallback to the actor system's configuration, except those of <c>akka.remote</c>:
    /// remoting has read its settings by then. So with remoting, create the actor system with these defaults as the
    /// fallback of the application's own configuration:
    /// <c>ActorSystem.Create("app", own.WithFallback(Raft.DefaultConfig()))</c>.
    /// </summary>
    public static Config DefaultConfig() => ReferenceConfig.Load().WithFallback(ReferenceConfig.LoadRemoting());

    /// <summary>
    /// Finds settings of the actor system, its own or defaults, that make consensus unsafe or slow for a peer with
    /// these settings. <see cref="StartAsync"/> logs each problem, and refuses to start with a problem that is
    /// <see cref="SettingProblem.IsRefused"/>.
    /// </summary>
    /// <param name="settings">How the peer runs.</param>
    /// <returns>The problems; empty when there are none.</returns>
    public IReadOnlyList<SettingProblem> Check(RaftSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return SystemCheck.Problems(_system, settings);
    }

    /// <summary>
    /// Checks that a peer with these settings can be started here: the settings go together, remoting takes messages as
    /// large as they allow, and the journal and the snapshot store exist. <see cref="StartAsync"/> does the same.
    /// </summary>
    /// <param name="settings">How the peer would run.</param>
    /// <exception cref="ConfigurationException">
    /// It cannot be started; the message names the key and its value.
    /// </exception>
    public void Validate(RaftSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Validate(_system, settings);
    }

    private static void Validate(ExtendedActorSystem system, RaftSettings settings)
    {
        settings.Validate();
        settings.ValidateAgainst(system);
        PolymorphicTypes.Of(system);
        // An unknown plugin is named here, and not found out by a peer that starts again and again.
        StorePlugins.Check(system, settings);
    }

    /// <summary>Checks that a peer with these settings can be started, and names what makes it unsafe or slow.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">How the peer would run.</param>
    /// <param name="warn">Called with each problem with which it can be started all the same.</param>
    /// <exception cref="ConfigurationException">It cannot be started.</exception>
    internal static void CheckStart(ActorSystem system, RaftSettings settings, Action<string> warn)
    {
        var extended = (ExtendedActorSystem)system;
        Validate(extended, settings);
        foreach (var problem in SystemCheck.Problems(extended, settings))
        {
            if (problem.IsRefused)
                throw new ConfigurationException($"The group {settings.Group} does not start. {problem}");
            warn(problem.ToString());
        }
    }

    /// <summary>Starts this node's peer of a group, under <c>/system/raft/&lt;group&gt;</c>.</summary>
    /// <param name="settings">How the peer runs.</param>
    /// <param name="stateMachine">
    /// Creates the state machine. Called again when the state machine failed, and when the peer is started again.
    /// </param>
    /// <returns>
    /// The actor to which you tell all messages of <see cref="Client"/>, and <see cref="Subscribe"/>. It outlives the
    /// peer's restarts. While no peer runs, it answers proposals and queries with
    /// <see cref="Client.FailureReason.NoLeader"/>. A peer that stopped for good is announced as
    /// <see cref="Client.PeerFailed"/> on the event stream.
    /// </returns>
    /// <exception cref="ConfigurationException">
    /// The settings contradict each other or the actor system's remoting, or there is no such journal or snapshot
    /// store.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A peer of that group was started before, or the actor system ends.
    /// </exception>
    public async Task<IActorRef> StartAsync(RaftSettings settings, Func<IStateMachine> stateMachine)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(stateMachine);
        CheckStart(_system, settings, problem => _system.Log.Warning("{0}", problem));
        var started = await _groups.Ask<object>(new RaftGroups.StartGroup(settings, stateMachine),
            Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        return started switch
        {
            IActorRef supervisor => supervisor,
            RaftGroups.SystemEnds =>
                throw new InvalidOperationException($"The actor system {_system.Name} ends: no peer can be started."),
            _ => throw new InvalidOperationException($"A peer of the group '{settings.Group}' was started before."),
        };
    }

    /// <summary>
    /// Stops this node's peer of a group. The group's other members go on. A leader first tries to transfer its
    /// leadership, for up to an election timeout. A coordinated shutdown of the actor system transfers all leaderships
    /// by itself, in its first phase. A group of the catalogue starts again with the node, or by
    /// <see cref="ResumeAsync"/>.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <returns>Completes when the peer has stopped; at once if there is none.</returns>
    public async Task StopAsync(string group)
    {
        if (Find(group) is not { } supervisor)
            return;
        await CloseClientAsync(group, supervisor).ConfigureAwait(false);
        await PrepareToStopAsync(supervisor).ConfigureAwait(false);
        await AskAsync<RaftGroups.Stopped>(_groups, new RaftGroups.StopGroup(supervisor)).ConfigureAwait(false);
        // Somebody may have proposed meanwhile.
        await CloseClientAsync(group, supervisor).ConfigureAwait(false);
    }

    private async Task PrepareToStopAsync(IActorRef supervisor)
    {
        try
        {
            await AskAsync<object>(supervisor, PrepareToStop.Instance).ConfigureAwait(false);
        }
        catch (RaftGroupException e) when (e.Reason == RaftGroupFailure.NotFound)
        {
            // Somebody else has stopped the group meanwhile.
        }
    }

    private async Task<Done> HandOverAsync()
    {
        var supervisors = await SupervisorsAsync().ConfigureAwait(false);
        await Task.WhenAll(supervisors.Select(PrepareToStopAsync)).ConfigureAwait(false);
        return Done.Instance;
    }

    private async Task<IReadOnlyList<IActorRef>> SupervisorsAsync() =>
        (await AskAsync<RaftGroups.Groups>(_groups, RaftGroups.GetGroups.Instance).ConfigureAwait(false)).Supervisors;
}

/// <summary>Registers <see cref="Raft"/> with an actor system.</summary>
public sealed class RaftExtension : ExtensionIdProvider<Raft>
{
    /// <inheritdoc/>
    public override Raft CreateExtension(ExtendedActorSystem system) => new(system);
}
