using RaftActors.Replication;

namespace RaftActors.Membership;

/// <summary>
/// The servers of a group according to an entry of its log. While a configuration is joint, a decision needs a majority
/// of the new voters and a majority of the former voters (paper, section 6).
/// <see cref="HasMajority(Func{Server, bool})"/> counts votes, and <see cref="Replication.LeaderState"/> counts durable
/// entries.
/// </summary>
internal sealed class Configuration : IEquatable<Configuration>
{
    private readonly Server[] _voters;
    private readonly Server[] _learners;
    private readonly Server[] _outgoing;
    private readonly Server[] _servers;

    /// <summary>Creates a configuration.</summary>
    /// <param name="voters">The voters; the new voters if the configuration is joint. No id occurs twice.</param>
    /// <param name="learners">
    /// The learners, which get the log. A learner that is also an outgoing voter still has a vote.
    /// </param>
    /// <param name="outgoing">
    /// The former voters, if the configuration is joint. A voter that stays is in both sets.
    /// </param>
    /// <param name="lease">
    /// How long a voter grants no vote after it has heard a leader; zero without lease reads.
    /// </param>
    public Configuration(IEnumerable<Server> voters, IEnumerable<Server>? learners = null,
        IEnumerable<Server>? outgoing = null, TimeSpan lease = default)
    {
        Lease = lease;
        _voters = Sorted(voters);
        _learners = Sorted(learners ?? []);
        _outgoing = Sorted(outgoing ?? []);
        _servers = Sorted(_voters.Concat(_outgoing).Concat(_learners).DistinctBy(static server => server.Id));
    }

    /// <summary>The configuration of a server that knows no other. It has no voters.</summary>
    public static Configuration None { get; } = new([]);

    /// <summary>The voters, ordered by id.</summary>
    public ReadOnlySpan<Server> Voters => _voters;

    /// <summary>The learners, ordered by id.</summary>
    public ReadOnlySpan<Server> Learners => _learners;

    /// <summary>The former voters, ordered by id, if the configuration is joint; otherwise empty.</summary>
    public ReadOnlySpan<Server> Outgoing => _outgoing;

    /// <summary>
    /// How long a voter grants no vote after it has heard a leader, or has started; zero without lease reads.
    /// </summary>
    public TimeSpan Lease { get; }

    /// <summary>
    /// The histories of the group, oldest first: the present one, and those before a restore or a recovery. Empty in a
    /// log without identities.
    /// </summary>
    public History[] Histories { get; init; } = [];

    /// <summary>The identity of the group; empty in a log without identities.</summary>
    public string GroupId => Histories.Length > 0 ? Histories[^1].GroupId : "";

    /// <summary>Whether the configuration is joint: between one set of voters and another.</summary>
    public bool IsJoint => _outgoing.Length > 0;

    /// <summary>All servers, each once, ordered by id. They get the log.</summary>
    public ReadOnlySpan<Server> Servers => _servers;

    /// <summary>The configuration according to the settings. No store is known yet.</summary>
    public static Configuration Of(IReadOnlyList<Member> members, TimeSpan lease = default) =>
        new(members.Select(Server.Of), lease: lease);

    /// <summary>The configuration of a server as long as its log has none.</summary>
    public static Configuration AtFirst(RaftSettings settings) =>
        settings.Join ? None : Of(settings.Members, settings.Lease);

    /// <summary>The same servers, with another lease.</summary>
    public Configuration WithLease(TimeSpan lease) => Of(_voters, _learners, _outgoing, lease);

    /// <summary>The same servers, in a new history of the group.</summary>
    /// <param name="groupId">The identity of the new history.</param>
    /// <param name="firstIndex">
    /// The index of the first entry of the new history. The entries before it belong to the former histories.
    /// </param>
    public Configuration Beginning(string groupId, long firstIndex)
    {
        IEnumerable<History> former = Histories.Length > 0 || firstIndex == 1 ? Histories : [new History("", 1)];
        return new Configuration(_voters, _learners, _outgoing,
            Lease) { Histories = [.. former, new History(groupId, firstIndex)] };
    }

    /// <summary>The same servers, with the histories of an earlier configuration if this one has none.</summary>
    public Configuration Inheriting(Configuration before) => Histories.Length > 0 || before.Histories.Length == 0 ? this
        : new Configuration(_voters, _learners, _outgoing, Lease) { Histories = before.Histories };

    /// <summary>The server with that id; <c>null</c> if there is none.</summary>
    public Server? Find(string id) => Find(_servers, id);

    /// <summary>Whether the server with that id has a vote.</summary>
    public bool IsVoter(string id) => Find(_voters, id) is not null || Find(_outgoing, id) is not null;

    /// <summary>Whether the server with that id is a voter, or a new voter while the configuration is joint.</summary>
    public bool IsIncomingVoter(string id) => Find(_voters, id) is not null;

    /// <summary>Whether a member has a vote and is bound to that store.</summary>
    public bool Counts(string id, string storeId) =>
        Find(id) is { IsBound: true } server && server.StoreId == storeId && IsVoter(id);

    /// <summary>
    /// Whether a majority agrees. While the configuration is joint, a majority of the former voters must agree too.
    /// </summary>
    public bool HasMajority(Func<Server, bool> agrees) =>
        HasMajority(_voters, agrees) && (!IsJoint || HasMajority(_outgoing, agrees));

    /// <summary>The same servers, with one of them bound to a store.</summary>
    public Configuration Binding(string id, string storeId)
    {
        IEnumerable<Server> Bind(Server[] servers) =>
            servers.Select(server => server.Id == id ? server with { StoreId = storeId } : server);
        return Of(Bind(_voters), Bind(_learners), Bind(_outgoing), Lease);
    }

    /// <summary>The same servers, with one of them at another address.</summary>
    public Configuration Moving(string id, string address)
    {
        IEnumerable<Server> Move(Server[] servers) =>
            servers.Select(server => server.Id == id ? server with { Address = address } : server);
        return Of(Move(_voters), Move(_learners), Move(_outgoing), Lease);
    }

    /// <summary>
    /// The configuration that begins a change to other servers. Servers that are already in this configuration keep
    /// their stores.
    /// </summary>
    /// <param name="voters">The new voters.</param>
    /// <param name="learners">The new learners.</param>
    /// <returns>The joint configuration. If the voters do not change, the new configuration itself.</returns>
    public Configuration EnterJoint(IEnumerable<Server> voters, IEnumerable<Server> learners)
    {
        var target = Of(voters.Select(Known), learners.Select(Known), [], Lease);
        return AreSame(target._voters, _voters) ? target : Of(target._voters, target._learners, _voters, Lease);
    }

    /// <summary>The same servers, with more learners.</summary>
    public Configuration WithLearners(IEnumerable<Server> learners) =>
        Of(_voters, _learners.Concat(learners), _outgoing, Lease);

    /// <summary>The configuration that ends a joint one.</summary>
    public Configuration LeaveJoint() => Of(_voters, _learners, [], Lease);

    /// <summary>The voters in the form of the public API.</summary>
    public IReadOnlyList<Member> Members() => Shown(_voters);

    /// <summary>Servers in the form of the public API.</summary>
    public static IReadOnlyList<Member> Shown(ReadOnlySpan<Server> servers) =>
        Array.ConvertAll(servers.ToArray(), static server => server.Member);

    /// <inheritdoc/>
    public bool Equals(Configuration? other) =>
        other is not null && Lease == other.Lease && Histories.AsSpan().SequenceEqual(other.Histories)
        && _voters.AsSpan().SequenceEqual(other._voters) && _learners.AsSpan().SequenceEqual(other._learners)
            && _outgoing.AsSpan().SequenceEqual(other._outgoing);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Configuration);

    /// <inheritdoc/>
    public override int GetHashCode() => _voters.Length > 0 ? _voters[0].GetHashCode() : 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        static string Priority(Server server) => server.Priority != 0 ? $" priority {server.Priority}" : "";
        static string Text(Server[] servers) => string.Join(", ", servers.Select(
            static server => $"{server.Id}@{server.Address}#{server.StoreId}{Priority(server)}"));
        return Text(_voters) + (_learners.Length > 0 ? $"; learners {Text(_learners)}" : "")
            + (IsJoint ? $"; outgoing {Text(_outgoing)}" : "");
    }

    // A configuration of other servers, or with another lease, in the same group.
    private Configuration Of(IEnumerable<Server> voters, IEnumerable<Server> learners, IEnumerable<Server> outgoing,
        TimeSpan lease) =>
        new(voters, learners, outgoing, lease) { Histories = Histories };

    private Server Known(Server server) =>
        Find(server.Id) is { } known ? known with { Priority = server.Priority } : server;

    // A priority has no part in counting votes. So another priority needs no joint configuration.
    private static bool AreSame(Server[] some, Server[] others) =>
        some.Length == others.Length
            && some.Zip(others)
            .All(static pair => pair.First with { Priority = 0 } == pair.Second with { Priority = 0 });

    private static Server? Find(Server[] servers, string id)
    {
        foreach (var server in servers)
            if (server.Id == id)
                return server;
        return null;
    }

    private static bool HasMajority(Server[] voters, Func<Server, bool> agrees) =>
        voters.Count(agrees) >= Quorum.Of(voters.Length);

    private static Server[] Sorted(IEnumerable<Server> servers)
    {
        Server[] sorted = [.. servers];
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return sorted;
    }
}
