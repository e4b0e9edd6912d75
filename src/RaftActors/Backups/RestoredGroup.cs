using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Backups;

/// <summary>
/// A new group that starts with the state of a backup. It says what the store of each member must hold.
/// </summary>
/// <remarks>
/// <para>
/// The new log is the log of the old group up to the backup's last entry, followed by a configuration of the new
/// members. Each new member has a new store, which never belonged to another member.
/// </para>
/// <para>
/// Nodes of the old group, or of another group restored from the same backup, may still run and reach the new members.
/// Nothing of these groups mixes. A message from a store that the configuration does not name does not count. The term
/// of the new configuration is drawn at random, far above any term that the old group reaches. So entries of the old
/// group never equal entries of the new group, and are never taken for them.
/// </para>
/// </remarks>
public sealed class RestoredGroup
{
    // A group enters a new term with each election. It does not hold that many.
    private const int LeastLeap = 1 << 20, MostLeap = 1 << 24;

    private readonly BackupFile _backup;
    private readonly Configuration _configuration;

    private RestoredGroup(BackupFile backup, string group, Configuration configuration, long term)
    {
        _backup = backup;
        _configuration = configuration;
        (Group, Term) = (group, term);
    }

    /// <summary>The group's name.</summary>
    public string Group { get; }

    /// <summary>The identity of the new group. It differs from that of the group that was backed up.</summary>
    public string GroupId => _configuration.GroupId;

    /// <summary>The index of the configuration of the new members.</summary>
    public long Index => _backup.Index + 1;

    /// <summary>The term of that entry.</summary>
    public long Term { get; }

    /// <summary>Makes the new group: draws the identities of its stores, and its term.</summary>
    /// <param name="backup">The backup with whose state the group starts.</param>
    /// <param name="group">The name of the group.</param>
    /// <param name="members">The voters of the group.</param>
    /// <exception cref="BackupException">A name or an address is not usable. The message says which.</exception>
    public static RestoredGroup Create(BackupFile backup, string group, IReadOnlyList<Member> members)
    {
        ArgumentNullException.ThrowIfNull(backup);
        ArgumentNullException.ThrowIfNull(members);
        if (!Names.IsName(group))
            throw new BackupException($"'{group}' cannot be the name of a group: {Names.WhatNamesAre}.");
        if (members.Count == 0)
            throw new BackupException("A group needs at least one member.");
        foreach (var member in members)
        {
            if (!Names.IsName(member.Id))
                throw new BackupException($"'{member.Id}' cannot be a member's id: {Names.WhatNamesAre}.");
            if (NodeAddress.Problem(member.Address) is { } problem)
                throw new BackupException($"'{member.Address}' cannot be the address of {member.Id}: {problem}.");
        }
        if (members.DistinctBy(static member => member.Id).Count() < members.Count
            || members.DistinctBy(static member => NodeAddress.EndpointOf(member.Address)).Count() < members.Count)
            throw new BackupException("Two members have one id or one address.");
        var former = backup.Snapshot.Configuration;
        var voters = members.Select(member =>
            Server.Of(member) with { StoreId = Guid.NewGuid().ToString("N"),
            Priority = former.Find(member.Id)?.Priority ?? member.Priority });
        var configuration = new Configuration(voters, lease: former.Lease) { Histories = former.Histories };
        return new RestoredGroup(backup, group, configuration.Beginning(Guid.NewGuid().ToString("N"), backup.Index + 1),
            Leap(backup.Term));
    }

    /// <summary>The identity of a member's store.</summary>
    public string StoreIdOf(string memberId) => _configuration.Find(memberId)?.StoreId ?? "";

    /// <summary>Writes a member's store. The store must be empty.</summary>
    /// <param name="system">An actor system with the member's journal and snapshot store.</param>
    /// <param name="memberId">The member id.</param>
    /// <param name="chunkSize">
    /// The size of a chunk of the snapshot in bytes, as <c>raft.snapshot.chunk-size</c>.
    /// </param>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public Task WriteAsync(ActorSystem system, string memberId, int chunkSize = 512 * 1024)
    {
        ArgumentNullException.ThrowIfNull(system);
        var former = _backup.Snapshot;
        var content =
            former.Content with { Chunks = checked((int)((former.Content.Length + chunkSize - 1) / chunkSize)) };
        var snapshot = new Snapshot(Index, Term, former.LastIncludedTime, _configuration, Index, content);
        var manifest = new SnapshotManifest(Group, memberId, StoreIdOf(memberId),
            new HardState(Term, null, null) { GroupId = GroupId }, snapshot, 0, null);
        return OfflineWriting.RunAsync(system,
            done => StoreFounder.Props(PersistenceIds.OfPeer(Group, memberId), manifest, _backup.Chunks(chunkSize),
            done));
    }

    /// <summary>A random term far above another term, so that no other group has it.</summary>
    internal static long Leap(long term) => term + Random.Shared.Next(LeastLeap, MostLeap);
}
