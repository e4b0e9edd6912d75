using Akka.Event;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// The addresses of the members. A member that comes back with its own disk at another address is recognised by its
/// store. A peer that hears the member there sends its messages there, and the leader records the new address in an
/// entry. If two nodes run with the same store, one has a copy of the other's disk. Then the node that was heard lately
/// keeps its place, and the other node is refused with a message that names it.
/// </summary>
internal sealed class MemberAddresses(RaftSettings settings, ConfigurationHistory configurations,
    RememberedStores stores, ILoggingAdapter log)
{
    // Where each bound member was heard last, and when.
    private readonly Dictionary<string, Contact> _contacts = new(StringComparer.Ordinal);

    // The addresses of members that were logged already, because raft.members has these members at other addresses.
    private readonly HashSet<string> _namedAsOther = new(StringComparer.Ordinal);

    private Configuration Configuration => configurations.Latest;

    /// <summary>The address to which to send messages for a member.</summary>
    public string Of(Server server) => ContactOf(server)?.Address ?? server.Address;

    /// <summary>
    /// All addresses at which a member may be: where it was heard by this peer and by others, and what the log and the
    /// settings say.
    /// </summary>
    public List<string> AllOf(Server server)
    {
        var addresses = new List<string> { Of(server) };
        void Add(string address)
        {
            if (address.Length > 0 && !addresses.Exists(known => AreSame(known, address)))
                addresses.Add(address);
        }
        // Two members that have moved at the same time hear of each other only from a third.
        Add(stores.Known.AddressOf(server.StoreId));
        Add(server.Address);
        foreach (var member in settings.Members)
            if (member.Id == server.Id)
                Add(member.Address);
        return addresses;
    }

    /// <summary>Records the address from which a message came.</summary>
    /// <returns>Whether the message counts. A message from a second node with the same store does not.</returns>
    public bool Note(PeerHeader header, TimeSpan now)
    {
        if (Configuration.Find(header.MemberId) is not { IsBound: true } server || server.StoreId != header.StoreId)
            return true;
        if (ContactOf(server) is not { } contact)
        {
            bool isWhereItBelongs = AreSame(server.Address, header.Address);
            string address = isWhereItBelongs ? server.Address : header.Address;
            _contacts[server.Id] = contact = new Contact(address, server.StoreId) { Heard = now };
            if (!isWhereItBelongs)
                NameMove(server, contact);
            return true;
        }
        if (AreSame(contact.Address, header.Address))
        {
            contact.Heard = now;
            // This node was heard again after another node with its store, so both are running.
            if (contact.Rival is { } rival && now - contact.RivalHeard < 10 * settings.ElectionTimeoutMax)
                NameRivals(header.MemberId, contact, rival);
            return true;
        }
        if (now - contact.Heard < settings.ElectionTimeoutMax)
        {
            (contact.Rival, contact.RivalHeard) = (header.Address, now);
            return false;
        }
        // It has moved, and only if the former address is heard again, too, two nodes run with its store.
        _contacts[server.Id] = contact = new Contact(header.Address, server.StoreId) { Heard = now };
        NameMove(server, contact);
        return true;
    }

    /// <summary>Records that the node of a member was heard on behalf of the member, at the member's address.</summary>
    public void NoteNode(string memberId, TimeSpan heard)
    {
        if (_contacts.TryGetValue(memberId, out var contact) && heard > contact.Heard)
            contact.Heard = heard;
    }

    /// <summary>
    /// The address of the node that keeps a member's place, if another node is known to run with the same store;
    /// otherwise <c>null</c>.
    /// </summary>
    public string? AddressBesideRival(string memberId) =>
        _contacts.TryGetValue(memberId, out var contact) && contact.IsRivalNamed ? contact.Address : null;

    /// <summary>The message about two nodes with one store.</summary>
    public static string TwoNodes(string memberId, string one, string other) =>
        $"Two nodes run as {memberId} with the same store, at {one} and at {other}: one has a copy of the other's "
            + "disk. "
        + "Stop one of them, and start it again only with an empty data directory.";

    /// <summary>
    /// The leader's address, for a member that is heard at another address than the log has. The member then contacts
    /// the leader. Empty if that is not needed.
    /// </summary>
    public string LeaderFor(PeerHeader header, Member? leader) =>
        leader is not null && leader.Id != settings.Self.Id && leader.Id != header.MemberId
        && Configuration.Find(header.MemberId) is { } server && !AreSame(server.Address, header.Address)
            ? leader.Address : "";

    /// <summary>
    /// The latest configuration with the present addresses of the members. The configuration itself if nothing has
    /// changed. The voters and their stores stay the same, so the change needs no joint configuration.
    /// </summary>
    public Configuration Moved()
    {
        var moved = Configuration;
        foreach (var server in Configuration.Servers)
        {
            string address = server.Id == settings.Self.Id ? settings.Self.Address : Of(server);
            if (!server.IsBound || AreSame(address, server.Address))
                continue;
            if (Obstacle(server, address) is { } obstacle)
                NameObstacle(server, obstacle);
            else
                moved = moved.Moving(server.Id, address);
        }
        return moved;
    }

    /// <summary>
    /// Warns if a member gives another address than raft.members has. The names localhost and 127.0.0.1 may mean the
    /// same node, but peers compare the names. With different names they would not found one group.
    /// </summary>
    public void CompareNames(PeerHeader header)
    {
        if (Configuration.Find(header.MemberId) is not { } member || AreSame(member.Address, header.Address)
            || !_namedAsOther.Add(header.Address))
        {
            return;
        }
        log.Warning(
            "{0}: {1} says that it is at {2}, and raft.members of this node has it at {3}. Write the same address into "
                + "raft.members of all nodes: only then they found one group and reach each other.",
            settings.PersistenceId, header.MemberId, header.Address, member.Address);
    }

    // Other peers would reach themselves at that address, or another member.
    private string? Obstacle(Server moving, string address)
    {
        foreach (var other in Configuration.Servers)
        {
            if (other.Id == moving.Id)
                continue;
            if (AreSame(Of(other), address))
                return $"{other.Id} is there.";
            if (NodeAddress.IsLoopback(address) && !NodeAddress.IsLoopback(Of(other)))
            {
                return $"on every other machine it means that machine itself, and {other.Id} is at {other.Address}. "
                    + $"Write an address that others can reach into raft.members of {moving.Id}.";
            }
        }
        return null;
    }

    private Contact? ContactOf(Server server) =>
        _contacts.TryGetValue(server.Id, out var contact) && contact.StoreId == server.StoreId ? contact : null;

    private void NameMove(Server server, Contact contact) => log.Info(
        "{0}: {1}, at {2} by the log, is heard at {3} with its own store.",
        settings.PersistenceId, server.Id, server.Address, contact.Address);

    private void NameRivals(string memberId, Contact contact, string rival)
    {
        if (contact.IsRivalNamed)
            return;
        contact.IsRivalNamed = true;
        log.Warning("{0}: {1}", settings.PersistenceId, TwoNodes(memberId, contact.Address, rival));
    }

    private void NameObstacle(Server server, string obstacle)
    {
        if (!_contacts.TryGetValue(server.Id, out var contact) || contact.IsObstacleNamed)
            return;
        contact.IsObstacleNamed = true;
        log.Warning(
            "{0}: {1} is not recorded at its new address {2}: {3}",
            settings.PersistenceId, server.Id, contact.Address, obstacle);
    }

    private static bool AreSame(string one, string other) =>
        NodeAddress.EndpointOf(one) == NodeAddress.EndpointOf(other);

    /// <summary>The node that keeps a member's place, as it was heard.</summary>
    private sealed class Contact(string address, string storeId)
    {
        public string Address { get; } = address;

        public string StoreId { get; } = storeId;

        public TimeSpan Heard { get; set; }

        // Another address at which the same store was heard after this one.
        public string? Rival { get; set; }

        public TimeSpan RivalHeard { get; set; }

        public bool IsRivalNamed { get; set; }

        public bool IsObstacleNamed { get; set; }
    }
}
