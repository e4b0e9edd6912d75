using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;
using Google.Protobuf;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>
/// The leases of an actor system on Raft groups: how the groups are reached, and the operations of an operator.
/// </summary>
public sealed class RaftLeases : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<string, LeaseGroup> _groups = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ended = new();

    internal RaftLeases(ExtendedActorSystem system)
    {
        _system = system;
        if (!system.Settings.Config.HasPath($"{RaftLeaseSettings.DefaultSection}.use-dispatcher"))
            system.Settings.InjectTopLevelFallback(DefaultConfig());
        SplitBrainCheck.Warn(system);
    }

    /// <summary>
    /// Cancelled when the lease keepers have stopped with the actor system, so that no request is answered any more.
    /// </summary>
    internal CancellationToken Ended => _ended.Token;

    /// <summary>The extension of an actor system. The first call creates it.</summary>
    public static RaftLeases Get(ActorSystem system) => system.WithExtension<RaftLeases, RaftLeasesExtension>();

    /// <summary>
    /// The defaults of <c>akka.coordination.lease.raft</c>, the section that <c>lease-implementation</c> and
    /// <c>use-lease</c> name. Add the defaults behind the application's own configuration when you make the actor
    /// system, because Akka.NET looks for the section before it loads <see cref="RaftLease"/>.
    /// </summary>
    public static Config DefaultConfig()
    {
        using var stream =
            typeof(RaftLeases).Assembly.GetManifestResourceStream("RaftActors.Coordination.reference.conf")
            ?? throw new InvalidOperationException(
                "RaftActors.Coordination.reference.conf is missing in the assembly.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <summary>
    /// Starts this node's peer of a lease group. The leases of this actor system reach the group through it.
    /// </summary>
    /// <param name="settings">How the peer runs. Its group must be the group that the lease's section names.</param>
    /// <returns>The peer, as <see cref="Raft.StartAsync"/> returns it.</returns>
    /// <exception cref="ConfigurationException">As <see cref="Raft.StartAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">As <see cref="Raft.StartAsync"/>.</exception>
    public async Task<IActorRef> StartAsync(RaftSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var peer = await Raft.Get(_system).StartAsync(settings, () => new LeaseStateMachine(settings.Group))
            .ConfigureAwait(false);
        Connect(new RaftClientSettings { Group = settings.Group, Peer = peer });
        return peer;
    }

    /// <summary>
    /// Says how the leases of this actor system reach a group. Needed if this node has no peer that
    /// <see cref="StartAsync"/> started, and <c>addresses</c> is empty. Only the first call for a group counts.
    /// </summary>
    /// <param name="settings">
    /// The group, and its peer or addresses. The deadline is not used, because leases have their own.
    /// </param>
    /// <exception cref="ConfigurationException">The settings do not fit together.</exception>
    public void Connect(RaftClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        var group = Group(settings.Group);
        lock (group)
        {
            if (group.Client is not null)
                return;
            group.Client = settings;
            group.Keeper?.Tell(LeaseKeeper.Connected.Instance);
        }
    }

    /// <summary>
    /// Whether the group answers. A linearizable read finds that out, so <c>true</c> means that a majority of the group
    /// answers.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    public async Task<bool> IsReadyAsync(string group, TimeSpan timeout)
    {
        using var end = new CancellationTokenSource(timeout);
        try
        {
            await QueryAsync(group, new Wire.Query { Limit = 1 }, end.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is LeaseException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Lists the leases that are held, in the order of their names. The read is linearizable.</summary>
    /// <param name="group">The group.</param>
    /// <param name="prefix">What the names begin with; empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LeaseException">The group did not answer the request. The message says why.</exception>
    public async Task<IReadOnlyList<LeaseInfo>> ListAsync(string group, string prefix = "",
        CancellationToken cancellationToken = default)
    {
        var leases = new List<LeaseInfo>();
        while (true)
        {
            string after = leases.Count > 0 ? leases[^1].Name : "";
            var part = await QueryAsync(group, new Wire.Query { Prefix = prefix, After = after }, cancellationToken)
                .ConfigureAwait(false);
            leases.AddRange(part.Leases_.Select(LeaseInfo.Of));
            if (!part.More)
                return leases;
        }
    }

    /// <summary>Finds one lease. The read is linearizable.</summary>
    /// <param name="group">The group.</param>
    /// <param name="name">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease; <c>null</c> if nobody holds it.</returns>
    /// <exception cref="LeaseException">The group did not answer the request. The message says why.</exception>
    public async Task<LeaseInfo?> FindAsync(string group, string name, CancellationToken cancellationToken = default) =>
        (await QueryAsync(group, new Wire.Query { Name = name }, cancellationToken)
            .ConfigureAwait(false)).Leases_.Select(LeaseInfo.Of).FirstOrDefault();

    /// <summary>
    /// Takes a lease away from its holder. The holder learns of that with its next sign of life, and until then
    /// believes that it holds the lease. Call this method only if the holder is known to be gone, or if what the lease
    /// protects checks tokens.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="name">The lease.</param>
    /// <param name="token">
    /// The token that the lease must have, so that a later holder does not lose the lease; 0 for any.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. The command may still be applied.</param>
    /// <returns>
    /// The lease that was taken away; <c>null</c> if nobody held the lease, or if it had another token.
    /// </returns>
    /// <exception cref="LeaseException">The group did not answer the request. The message says why.</exception>
    public async Task<LeaseInfo?> ForceReleaseAsync(string group, string name, long token = 0,
        CancellationToken cancellationToken = default)
    {
        var command = new Wire.Command { ForceRelease = new Wire.ForceRelease { Name = name, Token = token } };
        object answer = await AskAsync(group, new Propose(command.ToByteArray()), cancellationToken)
            .ConfigureAwait(false);
        var lease = Wire.Reply.Parser.ParseFrom((byte[])((Proposed)answer).Response!).ForceReleased?.Lease;
        return lease is null ? null : LeaseInfo.Of(lease);
    }

    /// <summary>Starts the keeper of a group, unless the group has one.</summary>
    internal void EnsureKeeper(RaftLeaseSettings settings)
    {
        var group = Group(settings.Group);
        lock (group)
        {
            if (group.Client is null && settings.Addresses.Count > 0)
                group.Client = new RaftClientSettings { Group = settings.Group, Addresses = settings.Addresses };
            EnsureKeeper(group, settings.Dispatcher);
        }
    }

    /// <summary>Sends a message to the keeper of a group.</summary>
    internal void Tell(string group, object message) => Group(group).Keeper!.Tell(message, ActorRefs.NoSender);

    /// <summary>Whether the code that awaits a task continues inside the actor that completes the task.</summary>
    internal bool ContinuesInline(string group) => Group(group).Client?.ContinueInline ?? false;

    /// <summary>Why a group does not answer, in a sentence. Empty if no reason is known.</summary>
    internal string WhyNot(string group) => Group(group).Problem;

    /// <summary>Called when a keeper has stopped with the actor system.</summary>
    internal void End() => _ended.Cancel();

    private LeaseGroup Group(string name) => _groups.GetOrAdd(name, static name => new LeaseGroup(name));

    private void EnsureKeeper(LeaseGroup group, string dispatcher) =>
        group.Keeper ??= _system.SystemActorOf(
            Props.Create(() => new LeaseKeeper(group, dispatcher)).WithDispatcher(dispatcher),
            $"raft-leases-{group.Name}");

    private async Task<Wire.Leases> QueryAsync(string group, Wire.Query query, CancellationToken cancellationToken)
    {
        object answer = await AskAsync(group, new Query(query.ToByteArray()), cancellationToken).ConfigureAwait(false);
        return Wire.Leases.Parser.ParseFrom((byte[])((QueryResult)answer).Result!);
    }

    private Task<object> AskAsync(string name, object message, CancellationToken cancellationToken)
    {
        var group = Group(name);
        lock (group)
            EnsureKeeper(group,
                _system.Settings.Config.GetString($"{RaftLeaseSettings.DefaultSection}.use-dispatcher"));
        var task = new TaskCompletionSource<object>(
            ContinuesInline(name) ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        group.Keeper!.Tell(new LeaseKeeper.Ask(message, task), ActorRefs.NoSender);
        return task.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>Registers <see cref="RaftLeases"/> with an actor system.</summary>
public sealed class RaftLeasesExtension : ExtensionIdProvider<RaftLeases>
{
    /// <inheritdoc/>
    public override RaftLeases CreateExtension(ExtendedActorSystem system) => new(system);
}
