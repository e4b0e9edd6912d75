using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Discovery;
using Akka.Event;
using RaftActors.StateMachines;
using AkkaCluster = Akka.Cluster.Cluster;
using Member = RaftActors.Membership.Member;

namespace RaftActors.Cluster;

/// <summary>
/// Raft groups whose members follow the nodes of an Akka.Cluster: gossip proposes, the log decides. Nodes that come
/// become members, nodes that leave are replaced, and only the node of the group's leader changes anything.
/// </summary>
public sealed class ClusterMembership : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly AkkaCluster _cluster;
    private readonly IActorRef _groups;
    private TimeSpan _leaveTimeout;

    internal ClusterMembership(ExtendedActorSystem system)
    {
        if (system.Provider is not IClusterActorRefProvider)
        {
            throw new ConfigurationException(
                "Members that follow the nodes of a cluster need akka.actor.provider = cluster. "
                + "In a host of Akka.Hosting, call WithClustering.");
        }
        _system = system;
        _cluster = AkkaCluster.Get(system);
        if (!system.Settings.Config.HasPath($"{ClusterMembershipSettings.Section}.check-interval"))
            system.Settings.InjectTopLevelFallback(DefaultConfig());
        string address = Address;
        _groups =
            system.SystemActorOf(Props.Create(() => new MembershipGroups(address, Resolve)), MembershipGroups.Name);
        CoordinatedShutdown.Get(system)
            .AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "raft-leave", LeaveAsync);
    }

    /// <summary>Where this node's remoting listens, as it is known to the cluster.</summary>
    internal string Address => AddressOf(_cluster.SelfAddress);

    /// <summary>The extension of an actor system; created by the first call.</summary>
    /// <exception cref="ConfigurationException">The actor system is not one of Akka.Cluster.</exception>
    public static ClusterMembership Get(ActorSystem system) =>
        system.WithExtension<ClusterMembership, ClusterMembershipExtension>();

    /// <summary>
    /// The defaults of <c>akka.cluster.raft</c>. The extension itself puts them behind the configuration of the actor
    /// system.
    /// </summary>
    public static Config DefaultConfig()
    {
        using var stream =
            typeof(ClusterMembership).Assembly.GetManifestResourceStream("RaftActors.Cluster.reference.conf")
            ?? throw new InvalidOperationException("RaftActors.Cluster.reference.conf is missing in the assembly.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <summary>
    /// Reads how this node's peer runs from the section <c>raft</c>. <c>raft.members</c> may be missing, or lack this
    /// node's member: then the node joins the group, or founds it with other nodes that its contact points name. This
    /// node's address is always the one that the cluster knows.
    /// </summary>
    /// <param name="raftSection">The section: <c>system.Settings.Config.GetConfig("raft")</c>.</param>
    /// <exception cref="ConfigurationException">A value is not usable; the message names it and its key.</exception>
    public RaftSettings PeerSettings(Config? raftSection)
    {
        var section = raftSection ?? Config.Empty;
        string id = section.GetString("member-id", "") ?? "";
        if (IsFounder(section.GetValue("members"), id))
            return RaftSettings.FromConfig(section);
        string self = $"{{ id = {KnownKeys.Quoted(id)}, address = \"{Address}\" }}";
        return RaftSettings.FromConfig(
            ConfigurationFactory.ParseString($"join = on, members = [ {self} ]").WithFallback(section));
    }

    /// <summary>
    /// Starts this node's peer of a group, and has the group's members follow the nodes of the cluster.
    /// </summary>
    /// <param name="settings">
    /// How the peer runs, as <see cref="PeerSettings"/> reads it. With <see cref="RaftSettings.Join"/> a peer without
    /// data waits until it is added, or founds the group with other nodes that its contact points name. Otherwise the
    /// <see cref="RaftSettings.Members"/> found the group, and a node that is not among them joins.
    /// </param>
    /// <param name="membership">Which nodes, how many voters, and when a member is replaced.</param>
    /// <param name="stateMachine">As <see cref="Raft.StartAsync"/> takes it.</param>
    /// <returns>The group's actor, as <see cref="Raft.StartAsync"/> returns it.</returns>
    /// <exception cref="ConfigurationException">
    /// The settings cannot be used, this node does not have the role, or as <see cref="Raft.StartAsync"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">As <see cref="Raft.StartAsync"/>.</exception>
    public async Task<IActorRef> StartAsync(
        RaftSettings settings, ClusterMembershipSettings membership, Func<IStateMachine> stateMachine)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(membership);
        ArgumentNullException.ThrowIfNull(stateMachine);
        membership.Validate();
        CheckRole(membership.Role);
        var own = new Member(settings.MemberId, Address)
        {
            Priority = settings.Members.FirstOrDefault(member => member.Id == settings.MemberId)?.Priority ?? 0,
        };
        var atThisNode = AtThisNode(settings, own);
        bool hasContactPoints = atThisNode.Join && membership.ServiceName.Length > 0;
        if (hasContactPoints)
            CheckDiscovery(membership);
        var peer = await Raft.Get(_system).StartAsync(atThisNode, stateMachine).ConfigureAwait(false);
        var coordinator =
            new CoordinatorSettings(settings.Group, own, _cluster.SelfUniqueAddress.Uid, membership, peer, Resolve)
        {
            JournalPluginId = settings.JournalPluginId,
            HasContactPoints = hasContactPoints,
        };
        if (membership.LeaveTimeout > _leaveTimeout)
            _leaveTimeout = membership.LeaveTimeout;
        await _groups.Ask<IActorRef>(
            new MembershipGroups.StartGroup(coordinator, ClusterWatch.Props(membership.Role)), Timeout.InfiniteTimeSpan)
            .ConfigureAwait(false);
        return peer;
    }

    /// <summary>What this node knows of the members of a group and the nodes of the cluster.</summary>
    /// <param name="group">The group.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <exception cref="InvalidOperationException">This node was not started for that group.</exception>
    /// <exception cref="AskTimeoutException">There was no answer in time.</exception>
    public async Task<ClusterMembershipStatus> GetStatusAsync(string group, TimeSpan timeout)
    {
        foreach (var coordinator in await GroupsAsync(timeout).ConfigureAwait(false))
        {
            if (coordinator.Path.Name == group)
                return await coordinator.Ask<ClusterMembershipStatus>(GetMembershipStatus.Instance, timeout)
                    .ConfigureAwait(false);
        }
        throw new InvalidOperationException($"The members of the group '{group}' do not follow the cluster on this "
            + "node.");
    }

    /// <summary>An address of the cluster as members have it.</summary>
    internal static string AddressOf(Address address) => $"{address.Host}:{address.Port}";

    private static bool IsFounder(HoconValue? members, string id) =>
        members is not null && KnownKeys.IsList(members) && members.Elements().Any(member =>
            member.IsObject() && member.GetObject().Items.TryGetValue("id", out var given) && given.GetString() == id);

    private static RaftSettings AtThisNode(RaftSettings settings, Member own)
    {
        if (settings.Join || !settings.Members.Any(member => member.Id == own.Id))
            return settings with { Join = true, Members = [own] };
        return settings with { Members = [.. settings.Members.Select(member => member.Id == own.Id ? own : member)] };
    }

    private void CheckRole(string role)
    {
        if (role.Length > 0 && !_cluster.SelfRoles.Contains(role))
        {
            throw new SettingException(
                $"{ClusterMembershipSettings.Section}.role",
                $"{ClusterMembershipSettings.Section}.role = {role}: this node does not have that role, so no member "
                    + "can run here. "
                + $"Its roles are [{string.Join(", ", _cluster.SelfRoles)}]. Add the role to akka.cluster.roles of "
                    + "this node.");
        }
    }

    private void CheckDiscovery(ClusterMembershipSettings membership)
    {
        try
        {
            var discovery = Discovery.Get(_system);
            _ = membership.DiscoveryMethod.Length > 0
                ? discovery.LoadServiceDiscovery(membership.DiscoveryMethod)
                : discovery.Default;
        }
        catch (Exception problem)
        {
            throw new SettingException(
                $"{ClusterMembershipSettings.Section}.contact-points.discovery-method",
                $"{ClusterMembershipSettings.Section}.contact-points.discovery-method = {membership.DiscoveryMethod}: "
                + $"this discovery method cannot be loaded: {problem.GetBaseException().Message}",
                problem);
        }
    }

    private ICanTell Resolve(string nodeAddress) => _system.Provider.ResolveActorRef(
        NodeAddress.PathAt(_system, nodeAddress, $"/system/{MembershipGroups.Name}"));

    // A node that is downed has nobody to ask.
    private async Task<Done> LeaveAsync()
    {
        bool isDowned = CoordinatedShutdown.Get(_system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason;
        if (isDowned || _leaveTimeout == TimeSpan.Zero)
            return Done.Instance;
        var coordinators = await GroupsAsync(_leaveTimeout).ConfigureAwait(false);
        await Task.WhenAll(coordinators.Select(LeaveAsync)).ConfigureAwait(false);
        return Done.Instance;
    }

    private async Task LeaveAsync(IActorRef coordinator)
    {
        try
        {
            await coordinator.Ask<ReadyToLeave>(PrepareToLeave.Instance, _leaveTimeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            _system.Log.Warning(
                "Group {0}: nobody has taken over the vote of this node within {1}. The node leaves with its vote.",
                coordinator.Path.Name, RaftSettings.Text(_leaveTimeout));
        }
    }

    private async Task<IReadOnlyList<IActorRef>> GroupsAsync(TimeSpan timeout) =>
        (await _groups.Ask<MembershipGroups.Groups>(MembershipGroups.GetGroups.Instance, timeout)
            .ConfigureAwait(false)).Coordinators;
}

/// <summary>Registers <see cref="ClusterMembership"/> with an actor system.</summary>
public sealed class ClusterMembershipExtension : ExtensionIdProvider<ClusterMembership>
{
    /// <inheritdoc/>
    public override ClusterMembership CreateExtension(ExtendedActorSystem system) => new(system);
}
