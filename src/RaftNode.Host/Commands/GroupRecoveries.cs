using RaftActors.Backups;
using RaftActors.Inspection;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary>What <see cref="RecoverCommand"/> does with a node that has several groups.</summary>
internal static class GroupRecoveries
{
    /// <summary>Decides what to write for each group that has other members.</summary>
    /// <param name="reports">What the store has of each group.</param>
    /// <param name="layout">The groups of the node.</param>
    /// <param name="address">The new address of the node; <c>null</c> for the address in the configurations.</param>
    /// <exception cref="BackupException">
    /// The store does not have all groups, or one of them cannot go on. The message says which and why.
    /// </exception>
    public static IReadOnlyList<(StoreReport Report, StoreRecovery Recovery)> Create(
        IReadOnlyList<StoreReport> reports, GroupLayout layout, string? address)
    {
        for (int group = 0; group < layout.Count; group++)
        {
            if (!reports.Any(report => report.Group == layout.NameOf(group) && report.MemberId == reports[0].MemberId))
            {
                throw new BackupException($"the store has nothing of {layout.NameOf(group)} that can be read, one of "
                    + $"{layout.Count} groups. Recover another survivor, or restore a backup.");
            }
        }
        if (reports.Count > layout.Count)
        {
            throw new BackupException($"the store has data of other peers than those of the {layout.Count} groups "
                + $"{layout.Name} of {reports[0].MemberId}. Recover another survivor, or restore a backup.");
        }
        // A recovery that was broken off has done some groups. They stay as they are.
        var others = reports.Where(report => !IsAlone(report, address)).ToList();
        if (others.Count == 0)
        {
            throw new BackupException($"{reports[0].MemberId} is the only member of all {layout.Count} groups already: "
                + "start it, and it leads.");
        }
        return [.. others.Select(report => (report, Create(report, address)))];
    }

    /// <summary>What the operator should know before.</summary>
    public static IEnumerable<string> Warning(IReadOnlyList<StoreReport> reports, GroupLayout layout)
    {
        string? self = reports[0].MemberId;
        yield return $"This makes {self} the only member of all {layout.Count} groups {layout.Name}. Do it only if the "
            + "majority of their voters is lost for good.";
        yield return "- What the others acknowledged after the last entry of each group above is lost, because this "
            + "store does not have it. Nobody can say how much that is.";
        yield return "- All entries of this store count from now on, even if no majority had them. A write with an "
            + "unknown outcome may turn out to be done.";
        string[] others = [.. reports.SelectMany(static report => report.Voters.Concat(report.OutgoingVoters)
            .Concat(report.Learners)).Select(static member => member.Id).Distinct().Where(id => id != self).Order()];
        if (others.Length > 0)
        {
            yield return $"- {string.Join(", ", others)}: never start them again with the data that they have. Delete "
                + "that data, start them with --join, and add them to each group.";
        }
        string[] without = [.. reports.Where(report => !report.Voters.Concat(report.OutgoingVoters)
            .Any(member => member.Id == self)).Select(static report => report.Group!)];
        if (without.Length > 0)
        {
            yield return $"- {self} has no vote in the last configuration that it knows of "
                + $"{string.Join(", ", without)}, so it may be far behind there. Recover a member with a vote instead.";
        }
    }

    /// <summary>Describes what was written.</summary>
    public static IEnumerable<string> Lines(IEnumerable<(StoreReport Report, StoreRecovery Recovery)> recoveries) =>
        recoveries.Select(static each =>
            $"recovered {each.Report.MemberId} at {each.Recovery.Self.Address} is the only member of group "
                + $"{each.Report.Group}, by the configuration at entry {each.Recovery.Index} of term "
                + $"{each.Recovery.Term}; identity {each.Recovery.GroupId}"
                + (each.Recovery.FormerGroupId.Length > 0 ? $", formerly {each.Recovery.FormerGroupId}" : ""));

    private static bool IsAlone(StoreReport report, string? address) => report.Problems.Count == 0
        && report is { OutgoingVoters.Count: 0, Learners.Count: 0, Voters: [var only] } && only.Id == report.MemberId
        && (address is null || address == only.Address);

    private static StoreRecovery Create(StoreReport report, string? address)
    {
        try
        {
            return StoreRecovery.Create(report, address);
        }
        catch (BackupException e)
        {
            throw new BackupException($"{report.Group}: {e.Message}", e);
        }
    }
}
