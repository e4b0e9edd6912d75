using RaftActors.Inspection;
using RaftActors.Membership;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary>What the store of a stopped node with several groups has, in a few words.</summary>
internal static class StoredGroups
{
    /// <summary>The groups of a node, by what its store says.</summary>
    /// <param name="reports">What the store has of each group.</param>
    /// <returns>The groups; <c>null</c> if the node has only one.</returns>
    public static GroupLayout? LayoutOf(IReadOnlyList<StoreReport> reports) => reports
        .Select(static report => report.Group is { } group ? GroupLayout.Parse(group) : null)
        .FirstOrDefault(static layout => layout is not null)
        ?? (reports.Count > 1 ? new GroupLayout(reports[0].Group ?? "", reports.Count) : null);

    /// <summary>Describes what the store has: a line for each group, and the problems.</summary>
    /// <param name="reports">What the store has of each group.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<StoreReport> reports)
    {
        var layout = LayoutOf(reports)!;
        yield return $"member    {reports[0].MemberId} of {layout.Count} groups {layout.Name}";
        foreach (var report in reports)
            yield return $"group     {Line(report)}";
        for (int group = 0; group < layout.Count; group++)
        {
            if (!reports.Any(report => report.Group == layout.NameOf(group)))
                yield return $"group     {layout.NameOf(group)}: nothing is stored";
        }
        foreach (var (group, problem) in reports.SelectMany(
            static report => report.Problems, static (report, problem) => (report.Group, problem)))
            yield return $"PROBLEM   {group ?? "a group that cannot be named"}: {problem}";
        if (reports.All(static report => report.Problems.Count == 0))
            yield return "no problem found";
    }

    private static string Line(StoreReport report)
    {
        string log = report.LastIndex < report.FirstIndex
            ? $"no entries after {report.LastIndex} of term {report.LastTerm}"
            : $"entries {report.FirstIndex} to {report.LastIndex}, the last of term {report.LastTerm}";
        string snapshot = report.Snapshots is [.., var last]
            ? $"snapshot up to entry {last.Index}, {last.Bytes} bytes"
            : "no snapshot";
        string members = string.Join(", ", Names("", report.Voters)
            .Concat(Names(" (former voter)", report.OutgoingVoters)).Concat(Names(" (learner)", report.Learners)));
        return $"{report.Group ?? "?"}: term {report.Term}; {log}; {snapshot}; members {members}; identity "
            + (report.GroupId.Length > 0 ? report.GroupId : "none yet")
            + (report.Problems.Count > 0 ? "; DAMAGED" : "");
    }

    private static IEnumerable<string> Names(string part, IEnumerable<Member> members) =>
        members.Select(member => member.Id + part);
}
