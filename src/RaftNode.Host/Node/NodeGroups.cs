using System.Collections;
using Akka.Actor;
using Akka.Event;
using RaftActors;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Node;

/// <summary>A Raft group that has some of a node's keys, or all of them, with this node's peer.</summary>
internal sealed class NodeGroup
{
    /// <summary>A group whose peer has not been started yet.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="settings">The settings of its peer.</param>
    /// <param name="watch">How much its state machine remembers for watchers.</param>
    public NodeGroup(int index, RaftSettings settings, WatchSettings watch)
    {
        (Index, Settings) = (index, settings);
        Stores = new KeyValueStores(watch, settings.Group);
    }

    /// <summary>Its number, from 0.</summary>
    public int Index { get; }

    /// <summary>The settings of its peer.</summary>
    public RaftSettings Settings { get; }

    /// <summary>Its name.</summary>
    public string Name => Settings.Group;

    /// <summary>Its state machine on this node.</summary>
    public KeyValueStores Stores { get; }

    /// <summary>The supervisor of this node's peer.</summary>
    public IActorRef Peer { get; private set; } = ActorRefs.Nobody;

    /// <summary>Sends requests to the group.</summary>
    public GroupClient Client { get; private set; } = null!;

    /// <summary>The ETag of a version of a value in this group.</summary>
    public string Tag(long version) => Position.Of(version, Stores.Histories).ToTag();

    /// <summary>Called when the peer has been started.</summary>
    public void Start(IActorRef peer, GroupClient client) => (Peer, Client) = (peer, client);
}

/// <summary>The groups that have a node's keys.</summary>
internal sealed class NodeGroups : IReadOnlyList<NodeGroup>
{
    private readonly NodeGroup[] _groups;
    private readonly TimeSpan _requestTimeout;

    /// <summary>The groups of a node's settings.</summary>
    public NodeGroups(NodeSettings settings)
    {
        (Layout, _requestTimeout) = (settings.Layout, settings.Http.RequestTimeout);
        // What is remembered for watchers counts for the node, however many groups it has.
        var watch = settings.Http.Watch with
        {
            HistoryChanges = Math.Max(1, settings.Http.Watch.HistoryChanges / Layout.Count),
            HistoryBytes = Math.Max(1, settings.Http.Watch.HistoryBytes / Layout.Count),
        };
        _groups = [.. Enumerable.Range(0, Layout.Count).Select(group =>
            new NodeGroup(group, settings.Raft with { Group = Layout.NameOf(group) }, watch))];
    }

    /// <summary>Which group has a key.</summary>
    public GroupLayout Layout { get; }

    /// <inheritdoc/>
    public int Count => _groups.Length;

    /// <inheritdoc/>
    public NodeGroup this[int index] => _groups[index];

    /// <summary>The group that has a key or a lease.</summary>
    public NodeGroup Of(string key) => _groups[Layout.Of(key)];

    /// <summary>Starts the peers of several groups, as Akka.Hosting starts that of one.</summary>
    /// <param name="system">The node's actor system.</param>
    /// <param name="configure">Changes the settings of each peer.</param>
    public async Task StartAsync(ActorSystem system, Func<RaftSettings, RaftSettings> configure)
    {
        var raft = Raft.Get(system);
        // What is wrong with the settings is said once, and not for each group.
        Raft.CheckStart(system, _groups[0].Settings, problem => system.Log.Warning("{0}", problem));
        foreach (var group in _groups)
        {
            var start = new RaftGroups.StartGroup(configure(group.Settings), group.Stores.Create);
            Connect(system, group.Index, await raft.Groups.Ask<IActorRef>(start, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Makes the client of a group.</summary>
    /// <param name="system">The node's actor system.</param>
    /// <param name="group">The group, from 0.</param>
    /// <param name="peer">The supervisor of this node's peer, which was started.</param>
    public void Connect(ActorSystem system, int group, IActorRef peer) =>
        _groups[group].Start(peer, new GroupClient(system, peer, _requestTimeout, _groups[group].Settings.LeaderWait,
            Layout.IsOne ? null : _groups[group].Name));

    /// <inheritdoc/>
    public IEnumerator<NodeGroup> GetEnumerator() => _groups.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
