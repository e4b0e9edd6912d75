using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Simulation.World;

/// <summary>How the group of a run begins.</summary>
internal enum Origin
{
    /// <summary>Peers with empty disks found the group.</summary>
    Founded,

    /// <summary>All founders start from a backup of a former group.</summary>
    Restored,

    /// <summary>
    /// The first peer is a survivor of a former group that an operator has recovered. The others are added to it.
    /// </summary>
    Recovered,
}

/// <summary>
/// What happened before a run: the group that was restored or recovered, and other groups of the same name whose disks
/// are left. The disks have the events and snapshots that a founding, a restore and a recovery write. Where these draw
/// random values, the run's own randomness is used.
/// </summary>
internal sealed class Past
{
    private static readonly DateTimeOffset Time = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] ElsewhereMark = "elsewhere."u8.ToArray();
    private static readonly byte[] FormerMark = "former."u8.ToArray();

    private readonly Random _random;
    private readonly IReadOnlyList<Member> _founders;
    private readonly SessionLimits _limits;
    private readonly int _chunkSize;
    private readonly Configuration _former;

    private bool _hasNewDisk;

    // What the group has of the former one.
    private readonly List<LogEntry> _shared = [];

    /// <summary>Draws the past.</summary>
    /// <param name="origin">How the group begins.</param>
    /// <param name="founders">The founders of the group, or the members of the former group.</param>
    /// <param name="limits">The limits of sessions.</param>
    /// <param name="chunkSize">The size of a chunk of a snapshot in bytes.</param>
    /// <param name="random">The source of randomness.</param>
    public Past(Origin origin, IReadOnlyList<Member> founders, SessionLimits limits, int chunkSize, Random random)
    {
        (Origin, _founders, _limits, _chunkSize, _random) = (origin, founders, limits, chunkSize, random);
        _former = Bound(founders);
        // Groups of a former version have no identity.
        if (random.Next(4) > 0)
            _former = _former.Beginning(NewIdentity(), 1);
        if (origin == Origin.Founded)
            return;
        Append(_shared, 1, EntryKind.Configuration, _former.ToPayload());
        Append(_shared, 1, EntryKind.Session, new SessionChange(limits, false).ToPayload());
        Session = SessionTable.IdOf(_shared[^1]);
        AppendCommands(_shared, 1 + random.Next(1, 12), random.Next(1, 20), "former");
    }

    /// <summary>How the group begins.</summary>
    public Origin Origin { get; }

    /// <summary>A session that a client of the former group has open; 0 if there is none.</summary>
    public long Session { get; }

    /// <summary>
    /// Whether a command was given to another group, or to the former group after the entries that this group has from
    /// it.
    /// </summary>
    public static bool IsElsewhere(LogEntry entry) =>
        entry.Kind == EntryKind.Command && entry.Payload.Bytes.Span.StartsWith(ElsewhereMark);

    /// <summary>
    /// Whether a command was given to the former group and is among the entries that this group has from it.
    /// </summary>
    public static bool IsFormer(LogEntry entry) =>
        entry.Kind == EntryKind.Command && entry.Payload.Bytes.Span.StartsWith(FormerMark);

    /// <summary>Writes the disks of the first members, unless the group is founded.</summary>
    public void Begin(IReadOnlyList<SimulatedNode> nodes, Invariants invariants)
    {
        if (Origin == Origin.Founded)
            return;
        long index = _shared[^1].Index + 1;
        // As a restore and a recovery draw the term.
        long term = _shared[^1].Term + _random.Next(1 << 20, 1 << 24);
        var survivors = Origin == Origin.Restored ? _founders : [_founders[0]];
        var configuration = new Configuration(
            survivors.Select(NewStore)) { Histories = _former.Histories }.Beginning(NewIdentity(), index);
        if (Origin == Origin.Recovered)
        {
            Recover(nodes[0], configuration, index, term);
            return;
        }
        var image = ImageOf(nodes[0], invariants);
        foreach (var node in nodes.Where(node => configuration.Find(node.Id) is not null))
            Restore(node, configuration, index, term, image);
        invariants.Begin([.. _shared, Entry(index, term, EntryKind.Configuration, configuration.ToPayload())]);
    }

    /// <summary>
    /// The disk that a node has for a while: of another group, of what the group was before, or a new one. Only one
    /// node ever has a new one: several founders with empty disks would be free to found another group. The node is
    /// known to the group by its own store.
    /// </summary>
    public OtherDisk DiskOf(SimulatedNode node)
    {
        var disk = new OtherDisk { IsNew = !_hasNewDisk && !node.Joins && _random.Next(2) == 0 };
        _hasNewDisk |= disk.IsNew;
        if (disk.IsNew)
            return disk;
        bool wasMember = Origin != Origin.Founded && _former.Find(node.Id) is not null;
        var log = new List<LogEntry>();
        var configuration = _former;
        if (wasMember)
        {
            log.AddRange(_shared.Take(_random.Next(1, _shared.Count + 1)));
        }
        else
        {
            // Alone, the peer leads. With others, it waits for them.
            configuration = Bound(_random.Next(3) == 0 ? [node.Member] : _founders.Append(node.Member)
                .DistinctBy(static member => member.Id));
            if (_random.Next(4) > 0)
                configuration = configuration.Beginning(NewIdentity(), 1);
            Append(log, 1, EntryKind.Configuration, configuration.ToPayload());
        }
        AppendCommands(log, log[^1].Term + _random.Next(3), _random.Next(12), "elsewhere");
        long term = log[^1].Term + (_random.Next(4) == 0 ? 40 : _random.Next(3));
        string decided = _random.Next(4) > 0 ? configuration.GroupId : "";
        string stream = StreamOf(node);
        disk.Write(stream,
            new PeerCreated(PeerCreated.CurrentFormat, Cluster.Group, node.Id, configuration.Find(node.Id)!.StoreId));
        disk.Write(stream,
            new StatePersisted(new HardState(term, null, null) { GroupId = decided }, 0, [new EntryBatch([.. log])]));
        return disk;
    }

    private void Recover(SimulatedNode node, Configuration configuration, long index, long term)
    {
        var disk = new OtherDisk();
        string stream = StreamOf(node);
        disk.Write(stream,
            new PeerCreated(PeerCreated.CurrentFormat, Cluster.Group, node.Id, _former.Find(node.Id)!.StoreId));
        disk.Write(stream,
            new StatePersisted(new HardState(_shared[^1].Term, null, null) { GroupId = _former.GroupId }, 0,
            [new EntryBatch([.. _shared])]));
        disk.Write(stream, new StoreRenewed(configuration.Find(node.Id)!.StoreId));
        var entry = Entry(index, term, EntryKind.Configuration, configuration.ToPayload());
        disk.Write(stream,
            new StatePersisted(new HardState(term, null, null) { GroupId = configuration.GroupId }, index - 1,
            [new EntryBatch([entry])]));
        node.Put(disk);
    }

    private void Restore(SimulatedNode node, Configuration configuration, long index, long term, List<byte[]> chunks)
    {
        var disk = new OtherDisk();
        string stream = StreamOf(node), storeId = configuration.Find(node.Id)!.StoreId;
        disk.Write(stream, new PeerCreated(PeerCreated.CurrentFormat, Cluster.Group, node.Id, storeId));
        disk.Write(stream, new SnapshotInstalled(index, term));
        using var digest = new ContentDigest();
        foreach (byte[] chunk in chunks)
        {
            digest.Add(chunk);
            disk.Save(PersistenceIds.OfChunks(stream, 0), digest.Chunks, Time, new SnapshotChunk(chunk));
        }
        var snapshot = new Snapshot(index, term, _shared[^1].Time, configuration, index, digest.Content);
        var hardState = new HardState(term, null, null) { GroupId = configuration.GroupId };
        disk.Save(stream, 2, Time, new SnapshotManifest(Cluster.Group, node.Id, storeId, hardState, snapshot, 0, null));
        disk.Durable.Restored(hardState);
        node.Put(disk);
    }

    // The state in a backup of the former group.
    private List<byte[]> ImageOf(SimulatedNode node, Invariants invariants)
    {
        var machine = new KeyValueMachine(new Capturing(node, invariants));
        var sessions = new SessionTable();
        foreach (var entry in _shared)
        {
            sessions.Advance(entry);
            if (entry.Kind == EntryKind.Session)
                sessions.Open(SessionTable.IdOf(entry), _limits);
            if (entry.Kind == EntryKind.Command)
                machine.Apply(entry, entry.Payload.Bytes.ToArray());
        }
        return SnapshotBytes.Chunks(SnapshotBytes.Join(sessions, machine.TakeSnapshot()), _chunkSize)
            .Select(chunk => chunk.ToArray()).ToList();
    }

    private void AppendCommands(List<LogEntry> log, long lastTerm, int count, string prefix)
    {
        for (int i = 0; i < count; i++)
        {
            long term = i == count - 1 ? lastTerm : _random.NextInt64(log[^1].Term, lastTerm + 1);
            string key = prefix == "former" ? "former" : "key0";
            byte[] command =
                KeyValueMachine.Command($"{prefix}.{log.Count}", KeyValueInput.Put(key, $"{prefix}{log.Count}"));
            Append(log, term, EntryKind.Command, new Payload(command, 0, ""));
        }
    }

    private static void Append(List<LogEntry> log, long term, EntryKind kind, Payload payload) =>
        log.Add(Entry(log.Count + 1, term, kind, payload));

    private static LogEntry Entry(long index, long term, EntryKind kind, Payload payload) =>
        new(index, term, kind, Time.ToUnixTimeMilliseconds() + index, payload);

    private Configuration Bound(IEnumerable<Member> members) => new(members.Select(NewStore));

    private Server NewStore(Member member) => Server.Of(member) with { StoreId = NewIdentity() };

    private string NewIdentity()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static string StreamOf(SimulatedNode node) => PersistenceIds.OfPeer(Cluster.Group, node.Id);

    /// <summary>Captures the state in the image of a backup. The state that is restored is compared with it.</summary>
    private sealed class Capturing(SimulatedNode node, Invariants invariants) : IMachineWatcher
    {
        public void Captured(long index, string state) => invariants.Captured(node, index, state);

        public void Applies(KeyValueMachine machine, LogEntry entry)
        {
        }

        public void Applied(LogEntry entry, string key, string? value, string answer)
        {
        }

        public void ReadsImage(bool isLast)
        {
        }

        public void Restored(KeyValueMachine machine)
        {
        }
    }
}
