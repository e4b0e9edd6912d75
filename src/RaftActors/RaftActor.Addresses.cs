using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Where members are. A member that comes back with its own disk at another address proves by its store who it is: whoever hears
// it there answers there, and the leader records the address by an entry. Two nodes with one store are one disk too many: whoever
// was heard lately keeps its place, and the other one is refused by name.
internal sealed partial class RaftActor
{
    // Where each bound member was heard last, and when.
    private readonly Dictionary<string, Contact> _contacts = new(StringComparer.Ordinal);

    /// <summary>Where to send what is meant for a member.</summary>
    private string AddressOf(Voter server) =>
        _contacts.TryGetValue(server.Id, out var contact) && contact.StoreId == server.StoreId ? contact.Address : server.Address;

    /// <summary>Where a member may be, as far as this peer knows: where it was heard, and where the log and the settings say.</summary>
    private List<string> AddressesOf(Voter server)
    {
        var addresses = new List<string> { AddressOf(server) };
        void Add(string address)
        {
            string endpoint = NodeAddress.EndpointOf(address);
            if (!addresses.Exists(known => NodeAddress.EndpointOf(known) == endpoint))
                addresses.Add(address);
        }
        Add(server.Address);
        foreach (var member in _settings.Members)
            if (member.Id == server.Id)
                Add(member.Address);
        return addresses;
    }

    /// <summary>Takes note of where a message comes from.</summary>
    /// <returns>Whether the message counts: not one of a second node that runs with the same store.</returns>
    private bool NoteAddress(PeerHeader header)
    {
        if (Configuration.Find(header.MemberId) is not { IsBound: true } server || server.StoreId != header.StoreId)
            return true;
        var now = Now;
        if (!_contacts.TryGetValue(server.Id, out var contact) || contact.StoreId != server.StoreId)
        {
            bool isWhereItBelongs = NodeAddress.EndpointOf(server.Address) == NodeAddress.EndpointOf(header.Address);
            _contacts[server.Id] = contact = new Contact(isWhereItBelongs ? server.Address : header.Address, server.StoreId) { Heard = now };
            if (!isWhereItBelongs)
                OnMoved(server, contact);
            return true;
        }
        if (NodeAddress.EndpointOf(contact.Address) == NodeAddress.EndpointOf(header.Address))
        {
            contact.Heard = now;
            // It was heard after another that has its store: both run.
            if (contact.Rival is { } rival && now - contact.RivalHeard < 10 * _settings.ElectionTimeoutMax)
                NameRivals(header.MemberId, contact.Address, rival);
            return true;
        }
        if (now - contact.Heard < _settings.ElectionTimeoutMax)
        {
            (contact.Rival, contact.RivalHeard) = (header.Address, now);
            Count("own name");
            if (contact.IsRivalNamed)
                Refuse(header, RefusalReason.StoreInUse);
            return false;
        }
        _contacts[server.Id] = contact = new Contact(header.Address, server.StoreId) { Heard = now, Rival = contact.Address, RivalHeard = contact.Heard };
        OnMoved(server, contact);
        return true;
    }

    private void OnMoved(Voter server, Contact contact) => Log.Info(
        "{0}: {1}, at {2} by the log, is heard at {3} with its own store.", PersistenceId, server.Id, server.Address, contact.Address);

    private void NameRivals(string memberId, string one, string other)
    {
        var contact = _contacts[memberId];
        if (contact.IsRivalNamed)
            return;
        contact.IsRivalNamed = true;
        Log.Warning("{0}: {1}", PersistenceId, TwoNodes(memberId, one, other));
    }

    private static string TwoNodes(string memberId, string one, string other) =>
        $"Two nodes run as {memberId} with the same store, at {one} and at {other}: one has a copy of the other's disk. Stop one of them, and start it again only with an empty data directory.";

    /// <summary>Has a member that this peer hears at another address than the leader knows get in touch with the leader.</summary>
    private string LeaderAddressFor(PeerHeader header) =>
        _leader is { } leader && leader.Member.Id != _self.Id && leader.Member.Id != header.MemberId
        && Configuration.Find(header.MemberId) is { } server && NodeAddress.EndpointOf(server.Address) != NodeAddress.EndpointOf(header.Address)
            ? leader.Member.Address : "";

    private void GetInTouch(string leaderAddress)
    {
        if (leaderAddress.Length > 0 && _leader is null)
            Send(leaderAddress, new AskIdentity(Header(), 0));
    }

    /// <summary>Records where members are, by one entry. The voters and their stores stay the same, so this needs no joint configuration.</summary>
    private void RecordAddresses()
    {
        if (_leading is not { } leading || Configuration.IsJoint || !IsConfigurationCommitted || IsHandingOver || _log.CommitIndex < leading.FirstIndex)
            return;
        var moved = Configuration;
        foreach (var server in Configuration.Servers)
        {
            string address = server.Id == _self.Id ? _self.Address : AddressOf(server);
            if (!server.IsBound || NodeAddress.EndpointOf(address) == NodeAddress.EndpointOf(server.Address) || Obstacle(server, address) is { } obstacle && Say(server, obstacle))
                continue;
            moved = moved.Moving(server.Id, address);
        }
        if (!ReferenceEquals(moved, Configuration))
            AppendConfiguration(moved);
    }

    private bool Say(Voter server, string obstacle)
    {
        if (_contacts.TryGetValue(server.Id, out var contact) && !contact.IsObstacleNamed)
        {
            contact.IsObstacleNamed = true;
            Log.Warning("{0}: {1} is not recorded at its new address {2}: {3}", PersistenceId, server.Id, contact.Address, obstacle);
        }
        return true;
    }

    // Others would reach themselves there, or a member that is there already.
    private string? Obstacle(Voter moving, string address)
    {
        foreach (var other in Configuration.Servers)
        {
            if (other.Id == moving.Id)
                continue;
            if (NodeAddress.EndpointOf(AddressOf(other)) == NodeAddress.EndpointOf(address))
                return $"{other.Id} is there.";
            if (NodeAddress.IsLoopback(address) && !NodeAddress.IsLoopback(AddressOf(other)))
            {
                return $"on every other machine it means that machine itself, and {other.Id} is at {other.Address}. "
                    + $"Write an address that others can reach into raft.members of {moving.Id}.";
            }
        }
        return null;
    }

    /// <summary>Where a member was heard.</summary>
    private sealed class Contact(string address, string storeId)
    {
        public string Address { get; } = address;

        public string StoreId { get; } = storeId;

        public TimeSpan Heard { get; set; }

        // Another address at which the same store was heard, before or while this one was.
        public string? Rival { get; set; }

        public TimeSpan RivalHeard { get; set; }

        public bool IsRivalNamed { get; set; }

        public bool IsObstacleNamed { get; set; }
    }
}
