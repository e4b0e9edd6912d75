using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Backups;

/// <summary>
/// A new group that starts with the state of a backup: what the store of each of its members is to hold.
/// </summary>
/// <remarks>
/// <para>The new log is that of the old group up to the backup's last entry, and then a configuration that names the
/// new members, each with a store of its own that was never anybody else's.</para>
/// <para>
/// Should nodes of the old group, or of another restored from the same backup, still run and reach the new ones,
/// nothing of theirs mixes: what a store says that the configuration does not name does not count, and the term of the
/// new configuration is drawn at random, far above any that the old group gets to. So their entries are never those of
/// the new group, nor do they pass for them.
/// </para>
/// </remarks>
public sealed class RestoredGroup
{
    // A group gets to a new term with each election.
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

    /// <summary>The identity of the group: another one than that of the group that the backup is of.</summary>
    public string GroupId => _configuration.GroupId;

    /// <summary>The index of the configuration of the new members.</summary>
    public long Index => _backup.Index + 1;

    /// <summary>The term of that entry.</summary>
    public long Term { get; }

    /// <summary>Decides what the new group is: draws the identities of its stores and its term.</summary>
    /// <param name="backup">What it starts with.</param>
    /// <param name="group">Its name.</param>
    /// <param name="members">Its voters.</param>
    /// <exception cref="BackupException">They cannot be called or reached so; the message says who.</exception>
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

    /// <summary>Writes a member's store, which has to be empty.</summary>
    /// <param name="system">An actor system whose journal and snapshot store are the member's.</param>
    /// <param name="memberId">The member.</param>
    /// <param name="chunkSize">The bytes of a chunk of the snapshot, as <c>raft.snapshot.chunk-size</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
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

    /// <summary>A term far above another, that nobody else draws.</summary>
    internal static long Leap(long term) => term + Random.Shared.Next(LeastLeap, MostLeap);
}
