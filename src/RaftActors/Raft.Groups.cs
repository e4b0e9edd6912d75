using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.StateMachines;

namespace RaftActors;

// Groups that are created and destroyed while the node runs: docs/groups.md.
public sealed partial class Raft
{
    private readonly Lazy<IActorRef> _manager;
    private readonly ConcurrentDictionary<string, RegisteredMachine> _machines = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether code that awaits the extension's tasks continues within the actor that answers. Only for a spec in
    /// virtual time.
    /// </summary>
    internal bool ContinueInline { get; set; }

    /// <summary>
    /// Registers a kind of state machine for groups of the catalogue, which names it because code cannot be stored.
    /// Call it at each start of the node, for every name that the catalogue may have. The first call has the node read
    /// its catalogue. The groups with this kind of state machine then start by themselves.
    /// </summary>
    /// <param name="name">The name in the catalogue: up to 64 letters, digits, '-', '_' and '.'.</param>
    /// <param name="create">
    /// Makes the state machine of the group with the name that it is given. Called again when the state machine has
    /// failed, and when the peer is started again. Threads of several groups may call it at once.
    /// </param>
    /// <param name="configure">
    /// Changes the settings of each such group when it is created and when it starts; <c>null</c> for no change. This
    /// is for what a configuration cannot say, for example <see cref="RaftSettings.StoreCheck"/>. The name and the
    /// member id of the group stay the same.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The section <c>raft</c> or one of the templates in <c>raft.groups.templates</c> is not usable. The message names
    /// the key and the value.
    /// </exception>
    /// <exception cref="ArgumentException">It is no name.</exception>
    /// <exception cref="InvalidOperationException">A state machine was registered before under that name.</exception>
    public void RegisterStateMachine(
        string name, Func<string, IStateMachine> create, Func<RaftSettings, RaftSettings>? configure = null)
    {
        CheckName(name, nameof(name));
        ArgumentNullException.ThrowIfNull(create);
        var manager = _manager.Value;
        var machine = new RegisteredMachine(name, create, configure);
        if (!_machines.TryAdd(name, machine))
            throw new InvalidOperationException($"A state machine was registered before as '{name}'.");
        manager.Tell(machine);
    }

    /// <summary>Creates a group on this node with the settings of a template and the configured members.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="template">
    /// The name of a section of <c>raft.groups.templates</c>; empty for the settings of the section <c>raft</c>.
    /// </param>
    /// <param name="stateMachine">The name under which the state machine is registered.</param>
    /// <returns>As <see cref="CreateAsync(GroupDefinition)"/>.</returns>
    public Task<IActorRef> CreateAsync(string group, string template, string stateMachine) =>
        CreateAsync(new GroupDefinition { Group = group, Template = template, StateMachine = stateMachine });

    /// <summary>
    /// Creates a group on this node. Create it on each of its nodes; the first voters then found it together. When the
    /// task is done, the group is durable in the node's catalogue, and its peer starts. After a restart of the node the
    /// group comes back by itself. Many groups that are created at the same time share the writes of the catalogue.
    /// </summary>
    /// <param name="definition">The group.</param>
    /// <returns>
    /// The actor to which you tell all messages of <see cref="Client"/>, as <see cref="StartAsync"/> returns it.
    /// </returns>
    /// <exception cref="ConfigurationException">
    /// The name, the template or a setting is not usable. The message names the key and the value.
    /// </exception>
    /// <exception cref="RaftGroupException">
    /// The name is in use, the state machine is not registered, the catalogue cannot be written, or the actor system
    /// ends.
    /// </exception>
    public Task<IActorRef> CreateAsync(GroupDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        RaftSettings.Check(Names.IsName(definition.Group), "group", definition.Group ?? "", Names.WhatNamesAre);
        return RequestAsync<IActorRef>(new GroupManager.CreateGroup(definition, Find(definition.Group!) is not null));
    }

    /// <summary>
    /// Starts a group of the catalogue again that <see cref="StopAsync"/> has stopped, or that could not be started.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <returns>The group's actor, as <see cref="StartAsync"/> returns it; at once if the group runs.</returns>
    /// <exception cref="RaftGroupException">
    /// The group is not in the catalogue, is being destroyed, or cannot be started. The message says why.
    /// </exception>
    public Task<IActorRef> ResumeAsync(string group) => RequestAsync<IActorRef>(new GroupManager.StartGroup(group));

    /// <summary>
    /// Destroys a group of the catalogue on this node: stops its peer, and deletes its journal and its snapshots
    /// through Akka.Persistence. Nothing brings them back. A node that is killed meanwhile goes on after its restart.
    /// When the task is done, the name can be used again. For the rest of the group this node is a member that has lost
    /// its disk. So destroy a group on all its nodes, or remove the member first
    /// (<see cref="RemoveNodeFromGroupAsync"/>).
    /// </summary>
    /// <param name="group">The group.</param>
    /// <returns>Completes when it is durable that nothing is left of the group on this node.</returns>
    /// <exception cref="RaftGroupException">
    /// The group is not in the catalogue, the catalogue cannot be written, or the actor system ends.
    /// </exception>
    public async Task DestroyAsync(string group)
    {
        var peer = Find(group);
        await RequestAsync<GroupManager.Destroyed>(new GroupManager.DestroyGroup(group)).ConfigureAwait(false);
        await CloseClientAsync(group, peer).ConfigureAwait(false);
    }

    /// <summary>
    /// All groups of this node: those of the catalogue, and those that the application has started itself.
    /// </summary>
    /// <returns>The groups, ordered by name.</returns>
    /// <exception cref="RaftGroupException">The catalogue cannot be read.</exception>
    public async Task<IReadOnlyList<RaftGroup>> GroupsAsync()
    {
        var catalogued = !_manager.IsValueCreated ? [] : (await RequestAsync<GroupManager.CataloguedGroups>(
            GroupManager.GetGroups.Instance).ConfigureAwait(false)).All;
        var names = catalogued.Select(static group => group.Name).ToHashSet(StringComparer.Ordinal);
        var others = (await SupervisorsAsync().ConfigureAwait(false))
            .Where(supervisor => !names.Contains(supervisor.Path.Name))
            .Select(static supervisor => new RaftGroup(supervisor.Path.Name, RaftGroupState.Running));
        return [.. catalogued.Concat(others).OrderBy(static group => group.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Whether there is a group of that name on this node: in the catalogue, whatever its state, or started by the
    /// application.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <exception cref="RaftGroupException">The catalogue cannot be read.</exception>
    public async Task<bool> ExistsAsync(string group) =>
        Find(group) is not null
        || (await GroupsAsync().ConfigureAwait(false)).Any(each => each.Name == group);

    /// <summary>Asks the peer of this node how it is.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The status, once the peer has recovered.</returns>
    /// <exception cref="RaftGroupException">The group does not run on this node, or the actor system ends.</exception>
    /// <exception cref="PeerStoppedException">The peer stopped for good. The message says why.</exception>
    public async Task<RaftStatus> StatusAsync(string group) => await AskAsync<RaftStatus>(
        await RunningAsync(group).ConfigureAwait(false), GetStatus.Instance).ConfigureAwait(false);

    /// <summary>Makes the peer of this node ask for votes now: see <see cref="Campaign"/>.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The term that the peer would lead. Whether it is elected shows later.</returns>
    /// <exception cref="RaftGroupException">
    /// The group does not run on this node, or its peer refuses, and the message says why.
    /// </exception>
    public async Task<CampaignStarted> CampaignAsync(string group)
    {
        var peer = await RunningAsync(group).ConfigureAwait(false);
        object answer = await AskAsync<object>(peer, new Campaign()).ConfigureAwait(false);
        return answer as CampaignStarted
            ?? throw new RaftGroupException(RaftGroupFailure.Refused, ((CampaignRefused)answer).Message);
    }

    private IActorRef StartManager()
    {
        var templates = new GroupTemplates(_system.Settings.Config.GetConfig("raft"));
        return _system.SystemActorOf(GroupManager.Props(templates, _groups), GroupManager.Name);
    }

    // A node that has just started reads its catalogue first.
    private async Task<IActorRef> RunningAsync(string group)
    {
        if (Find(group) is { } peer)
            return peer;
        if (_manager.IsValueCreated)
            return await RequestAsync<IActorRef>(new GroupManager.FindGroup(group)).ConfigureAwait(false);
        throw new RaftGroupException(
            RaftGroupFailure.NotFound, $"No peer of the group '{group}' runs on this node.");
    }

    // The supervisor of a group; null if there is none.
    private IActorRef? Find(string group) =>
        Names.IsName(group) && ((ActorRefWithCell)_groups).GetSingleChild(group) is var child && !child.IsNobody()
            ? child
            : null;

    private async Task<T> RequestAsync<T>(GroupManager.IGroupRequest request) =>
        await AskAsync<T>(_manager.Value, request).ConfigureAwait(false);

    private async Task<T> AskAsync<T>(IActorRef actor, object message, Task? limit = null)
    {
        var answer = new PendingAnswer<T>(_system.Provider,
            ContinueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously,
            () => WhenEnded(actor));
        answer.Ask((IInternalActorRef)actor, message);
        var ended = limit is null
            ? await Task.WhenAny(answer.Task, _system.WhenTerminated).ConfigureAwait(false)
            : await Task.WhenAny(answer.Task, _system.WhenTerminated, limit).ConfigureAwait(false);
        answer.Forget((IInternalActorRef)actor);
        if (ended == _system.WhenTerminated)
            throw SystemHasEnded();
        return ended == answer.Task
            ? await answer.Task.ConfigureAwait(false)
            : throw new TimeoutException($"'{actor.Path.Name}' has not answered in time.");
    }

    // A group may be stopped at any time; the actors of the extension end only with the system.
    private RaftGroupException WhenEnded(IActorRef actor) => actor.Path.Parent.Equals(_groups.Path)
        ? new RaftGroupException(
            RaftGroupFailure.NotFound, $"The peer of the group '{actor.Path.Name}' on this node has been stopped.")
        : SystemHasEnded();

    private RaftGroupException SystemHasEnded() =>
        new(RaftGroupFailure.SystemEnds, $"The actor system {_system.Name} has ended.");

    private static void CheckName(string name, string parameter)
    {
        if (!Names.IsName(name))
            throw new ArgumentException($"'{name}' is no name: {Names.WhatNamesAre}.", parameter);
    }
}
