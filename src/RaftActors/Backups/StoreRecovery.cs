using Akka.Actor;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Storage;

namespace RaftActors.Backups;

/// <summary>
/// Makes a stopped peer the only member of its group, after a majority of the members was lost for good. Only an
/// operator can decide that; the protocol cannot. The store gets a configuration that names no other member, in a new
/// term. All entries before that configuration are committed with it.
/// </summary>
/// <remarks>
/// The store gets a new identity. The term is drawn at random, far above the last one (see
/// <see cref="RestoredGroup"/>). If lost members come back with their old data, their messages do not count, their
/// entries are never taken for entries of the recovered group, and the recovered member tells them that they are
/// removed.
/// </remarks>
public sealed class StoreRecovery
{
    private readonly StoreReport _report;
    private readonly Member _self;

    private StoreRecovery(StoreReport report, Member self)
    {
        _report = report;
        _self = self;
    }

    /// <summary>The index of the new configuration.</summary>
    public long Index => _report.LastIndex + 1;

    /// <summary>The term of that entry.</summary>
    public long Term { get; private init; }

    /// <summary>The store's new identity.</summary>
    public string StoreId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The group's new identity.</summary>
    public string GroupId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The identity that the group had before; empty if it had none.</summary>
    public string FormerGroupId => _report.GroupId;

    /// <summary>The only member of the recovered group.</summary>
    public Member Self => _self;

    /// <summary>Decides what to write.</summary>
    /// <param name="report">The contents of the store, as <see cref="StoreInspector"/> reports them.</param>
    /// <param name="address">The new address of the node; <c>null</c> for the address in the configuration.</param>
    /// <exception cref="BackupException">
    /// The store holds no state with which a group could go on. The message says why.
    /// </exception>
    public static StoreRecovery Create(StoreReport report, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Problems.Count > 0)
            throw new BackupException($"the store is damaged: {report.Problems[0]}. Recover another survivor, or "
                + "restore a backup.");
        if (report.LastIndex == 0 || report.MemberId is null || report.ConfigurationIndex == 0)
            throw new BackupException("the store has no log: there is nothing to go on with. Recover another survivor, "
                + "or restore a backup.");
        if (report is { OutgoingVoters.Count: 0, Learners.Count: 0, Voters: [var only] } && only.Id == report.MemberId
            && (address is null || address == only.Address))
            throw new BackupException($"{only.Id} is the only member already: start it, and it leads.");
        var known = report.Voters.Concat(report.OutgoingVoters).Concat(report.Learners)
            .FirstOrDefault(member => member.Id == report.MemberId);
        if ((address ?? known?.Address) is not { } reached)
            throw new BackupException($"the last configuration in the store does not have {report.MemberId}, and so no "
                + "address of it: give one.");
        if (NodeAddress.Problem(reached) is { } problem)
            throw new BackupException($"'{reached}' cannot be the address of {report.MemberId}: {problem}.");
        return new StoreRecovery(report,
            new Member(report.MemberId,
            reached) { Priority = known?.Priority
            ?? 0 }) { Term = RestoredGroup.Leap(Math.Max(report.Term, report.LastTerm)) };
    }

    /// <summary>Writes the new configuration to the store.</summary>
    /// <param name="system">An actor system with the member's journal and snapshot store.</param>
    /// <exception cref="IOException">The store cannot be written, or has changed since it was inspected.</exception>
    public Task WriteAsync(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        // Only a leader says whether the group has leases.
        var configuration = new Configuration(
            [Server.Of(_self) with { StoreId = StoreId }]) { Histories = _report.Histories }.Beginning(GroupId, Index);
        return OfflineWriting.RunAsync(system, done => StoreRecoverer.Props(
            PersistenceIds.OfPeer(_report.Group!, _report.MemberId!), _report, StoreId,
            new HardState(Term, null, null) { GroupId = GroupId }, configuration, done));
    }
}
