using RaftActors.Replication;

namespace RaftActors.Membership;

/// <summary>
/// The servers of a group, as an entry of its log says. While it is joint, on the way from one set of voters to
/// another, a decision takes a majority of each (paper, section 6): votes are counted by
/// <see cref="HasMajority(Func{Server, bool})"/>, and what is on disk by <see cref="Replication.LeaderState"/>.
/// </summary>
internal sealed class Configuration : IEquatable<Configuration>
{
    private readonly Server[] _voters;
    private readonly Server[] _learners;
    private readonly Server[] _outgoing;
    private readonly Server[] _servers;

    /// <summary>Creates a configuration.</summary>
    /// <param name="voters">The voters, or those to come while it is joint; no id twice.</param>
    /// <param name="learners">Who gets the log but has no vote; one that is outgoing still has.</param>
    /// <param name="outgoing">The former voters, while it is joint; a member that stays is in both.</param>
    /// <param name="lease">
    /// How long a voter elects nobody after it has heard a leader; zero without lease reads.
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

    /// <summary>A server's configuration as long as it knows of none: nobody has a vote.</summary>
    public static Configuration None { get; } = new([]);

    /// <summary>The voters, ordered by id.</summary>
    public ReadOnlySpan<Server> Voters => _voters;

    /// <summary>Who gets the log but has no vote, ordered by id.</summary>
    public ReadOnlySpan<Server> Learners => _learners;

    /// <summary>The former voters while it is joint, ordered by id; otherwise empty.</summary>
    public ReadOnlySpan<Server> Outgoing => _outgoing;

    /// <summary>
    /// How long a voter elects nobody after it has heard a leader, or has started; zero without lease reads.
    /// </summary>
    public TimeSpan Lease { get; }

    /// <summary>
    /// Which group it is, and which it was before it was restored or recovered, oldest first; empty in a log without
    /// identities.
    /// </summary>
    public History[] Histories { get; init; } = [];

    /// <summary>The identity of the group; empty in a log without identities.</summary>
    public string GroupId => Histories.Length > 0 ? Histories[^1].GroupId : "";

    /// <summary>Whether it is on the way from one set of voters to another.</summary>
    public bool IsJoint => _outgoing.Length > 0;

    /// <summary>All servers, each once, ordered by id: they get the log.</summary>
    public ReadOnlySpan<Server> Servers => _servers;

    /// <summary>The configuration that settings describe: no store is known yet.</summary>
    public static Configuration Of(IReadOnlyList<Member> members, TimeSpan lease = default) =>
        new(members.Select(Server.Of), lease: lease);

    /// <summary>What counts for a server as long as its log says nothing.</summary>
    public static Configuration AtFirst(RaftSettings settings) =>
        settings.Join ? None : Of(settings.Members, settings.Lease);

    /// <summary>The same servers, with another lease.</summary>
    public Configuration WithLease(TimeSpan lease) => Of(_voters, _learners, _outgoing, lease);

    /// <summary>The same servers, as another history of the group.</summary>
    /// <param name="groupId">The identity of the history.</param>
    /// <param name="firstIndex">
    /// The index of its first entry; entries before it are those of the histories that there are.
    /// </param>
    public Configuration Beginning(string groupId, long firstIndex)
    {
        IEnumerable<History> former = Histories.Length > 0 || firstIndex == 1 ? Histories : [new History("", 1)];
        return new Configuration(_voters, _learners, _outgoing,
            Lease) { Histories = [.. former, new History(groupId, firstIndex)] };
    }

    /// <summary>
    /// The same servers; of the same group as another configuration, if this one does not say of which.
    /// </summary>
    public Configuration Inheriting(Configuration before) => Histories.Length > 0 || before.Histories.Length == 0 ? this
        : new Configuration(_voters, _learners, _outgoing, Lease) { Histories = before.Histories };

    /// <summary>The server of that name, or <c>null</c>.</summary>
    public Server? Find(string id) => Find(_servers, id);

    /// <summary>Whether the server of that name has a vote.</summary>
    public bool IsVoter(string id) => Find(_voters, id) is not null || Find(_outgoing, id) is not null;

    /// <summary>Whether the server of that name is a voter, or one to come while it is joint.</summary>
    public bool IsIncomingVoter(string id) => Find(_voters, id) is not null;

    /// <summary>Whether a member has a vote under the store that it says it has.</summary>
    public bool Counts(string id, string storeId) =>
        Find(id) is { IsBound: true } server && server.StoreId == storeId && IsVoter(id);

    /// <summary>Whether a majority agrees: of the former voters too, while it is joint.</summary>
    public bool HasMajority(Func<Server, bool> agrees) =>
        HasMajority(_voters, agrees) && (!IsJoint || HasMajority(_outgoing, agrees));

    /// <summary>The same servers, one of them bound to a store.</summary>
    public Configuration Binding(string id, string storeId)
    {
        IEnumerable<Server> Bind(Server[] servers) =>
            servers.Select(server => server.Id == id ? server with { StoreId = storeId } : server);
        return Of(Bind(_voters), Bind(_learners), Bind(_outgoing), Lease);
    }

    /// <summary>The same servers, one of them at another address.</summary>
    public Configuration Moving(string id, string address)
    {
        IEnumerable<Server> Move(Server[] servers) =>
            servers.Select(server => server.Id == id ? server with { Address = address } : server);
        return Of(Move(_voters), Move(_learners), Move(_outgoing), Lease);
    }

    /// <summary>
    /// The servers as a target has them, priorities included, with the stores of those that are here already.
    /// </summary>
    /// <param name="voters">The voters to come.</param>
    /// <param name="learners">The learners to come.</param>
    /// <returns>The joint configuration, or the new one itself if the voters do not change.</returns>
    public Configuration EnterJoint(IEnumerable<Server> voters, IEnumerable<Server> learners)
    {
        var target = Of(voters.Select(Known), learners.Select(Known), [], Lease);
        return AreSame(target._voters, _voters) ? target : Of(target._voters, target._learners, _voters, Lease);
    }

    /// <summary>The same servers and more learners.</summary>
    public Configuration WithLearners(IEnumerable<Server> learners) =>
        Of(_voters, _learners.Concat(learners), _outgoing, Lease);

    /// <summary>The configuration at the end of a joint one.</summary>
    public Configuration LeaveJoint() => Of(_voters, _learners, [], Lease);

    /// <summary>The voters as they are shown outside.</summary>
    public IReadOnlyList<Member> Members() => Shown(_voters);

    /// <summary>Servers as they are shown outside.</summary>
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
        static string Text(Server[] servers) => string.Join(", ", servers.Select(static server => $"{server.Id}@{server.Address}#{server.StoreId}{(server.Priority != 0 ? $" priority {server.Priority}" : "")}"));
        return Text(_voters) + (_learners.Length > 0 ? $"; learners {Text(_learners)}" : "")
            + (IsJoint ? $"; outgoing {Text(_outgoing)}" : "");
    }

    // Other servers, or another lease, of the same group.
    private Configuration Of(IEnumerable<Server> voters, IEnumerable<Server> learners, IEnumerable<Server> outgoing,
        TimeSpan lease) =>
        new(voters, learners, outgoing, lease) { Histories = Histories };

    private Server Known(Server server) =>
        Find(server.Id) is { } known ? known with { Priority = server.Priority } : server;

    // A priority counts no votes: another one needs no joint configuration.
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
