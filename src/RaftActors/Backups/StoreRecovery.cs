using Akka.Actor;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Storage;

namespace RaftActors.Backups;

/// <summary>
/// Makes a stopped peer the only member of its group, when the majority of the others is lost for good: what an
/// operator decides, for the protocol never could. The store gets a configuration that names nobody else, in a new
/// term; all entries before it become committed with it.
/// </summary>
/// <remarks>
/// The store gets a new identity, and the term is drawn at random, far above the last (see
/// <see cref="RestoredGroup"/>): should lost members come back with what they had, nothing that they say counts, none
/// of their entries passes for one of the recovered group, and the recovered member tells them that they are no members
/// any more.
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

    /// <summary>The identity that the group had; empty when it had none.</summary>
    public string FormerGroupId => _report.GroupId;

    /// <summary>The only member that there will be.</summary>
    public Member Self => _self;

    /// <summary>Decides what is to be written.</summary>
    /// <param name="report">What the store holds: what <see cref="StoreInspector"/> reports.</param>
    /// <param name="address">
    /// Where the node will listen; <c>null</c> for the address that the configuration has.
    /// </param>
    /// <exception cref="BackupException">
    /// There is nothing that a group could go on with; the message says why.
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

    /// <summary>Writes it.</summary>
    /// <param name="system">An actor system whose journal and snapshot store are the member's.</param>
    /// <exception cref="IOException">It cannot be written, or the store is not what was inspected.</exception>
    public Task WriteAsync(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        // Leases are the leader's to set.
        var configuration = new Configuration(
            [Server.Of(_self) with { StoreId = StoreId }]) { Histories = _report.Histories }.Beginning(GroupId, Index);
        return OfflineWriting.RunAsync(system, done => StoreRecoverer.Props(
            PersistenceIds.OfPeer(_report.Group!, _report.MemberId!), _report, StoreId,
            new HardState(Term, null, null) { GroupId = GroupId }, configuration, done));
    }
}
