using RaftActors.Log;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// Checks that a majority elected each leader and committed each entry: a majority of the voters in the configuration
/// in the leader's log and, while it is joint, of the former voters too (paper, section 6). The check uses the disks
/// and the sent messages, and has an arithmetic of its own.
/// </summary>
internal sealed class Majorities(IReadOnlyList<SimulatedNode> nodes)
{
    private readonly Electorate _founders =
        Electorate.OfFounders(nodes.Where(node => !node.Joins).Select(node => node.Id));
    private readonly Dictionary<LogEntry, Electorate> _read = new(ReferenceEqualityComparer.Instance);
    private readonly List<LogEntry> _committed = [];
    private readonly HashSet<(string Candidate, long Term, string Voter)> _granted = [];

    /// <summary>Called when a granted vote is on the voter's disk.</summary>
    public void Granted(string voter, string candidate, long term) => _granted.Add((candidate, term, voter));

    /// <summary>Called when an entry that changes the configuration was committed.</summary>
    public void Committed(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
            _committed.Add(entry);
    }

    /// <summary>
    /// Checks the election of a peer that has begun to lead a term: by the votes of the voters in its log, including
    /// its own if it is one of them.
    /// </summary>
    public void CheckElected(SimulatedNode leader, RaftLog log, long term)
    {
        // The entries that the leader has appended since are of its own term.
        long last = log.LastIndex;
        while (last >= log.FirstIndex && log.TermAt(last) == term)
            last--;
        var electorate = At(log, last);
        bool HasVoted(string id, string? storeId) =>
            Find(id) is { } voter && IsStore(voter, storeId)
                && (id == leader.Id ? voter.Own.HasVoted(term, id) : _granted.Contains((leader.Id, term, id))
                && voter.Own.HasVoted(term, leader.Id));
        if (!electorate.Decides(HasVoted))
            throw new SimulationViolation("elected by a majority",
                $"{leader} leads term {term} by the votes of {Names(node => node.Own.HasVoted(term, leader.Id))} only: "
                    + $"no majority of [{electorate}].");
    }

    /// <summary>Checks that an entry that was just committed is on the disks of a majority.</summary>
    /// <param name="committer">The node whose peer knows that the entry is committed.</param>
    /// <param name="before">The voters before this turn.</param>
    /// <param name="log">The log, after this turn.</param>
    /// <param name="entry">The entry.</param>
    public void CheckCommitted(SimulatedNode committer, Electorate? before, RaftLog log, LogEntry entry)
    {
        bool IsOnDisk(SimulatedNode node) => node.Own.EverHad(entry.Index, entry.Term);
        bool Has(string id, string? storeId) => Find(id) is { } node && IsStore(node, storeId) && IsOnDisk(node);
        // A turn that commits an entry may append the next configuration afterwards. The entry was counted by the
        // configuration before.
        if (before?.Decides(Has) != true && At(log, log.LastIndex) is var after && !after.Decides(Has))
            throw new SimulationViolation("durability",
                $"{committer} commits {entry}, which is on the disks of {Names(IsOnDisk)} only: no majority of "
                    + $"[{after}].");
    }

    /// <summary>
    /// The voters of the latest configuration up to an index. If that configuration is not in the log any more, it is
    /// committed.
    /// </summary>
    public Electorate At(RaftLog log, long last)
    {
        for (long index = last; index >= log.FirstIndex; index--)
        {
            if (log[index].Kind == EntryKind.Configuration)
                return Read(log[index]);
        }
        return _committed.FindLast(entry => entry.Index < log.FirstIndex) is { } committed
            ? Read(committed)
            : _founders;
    }

    private Electorate Read(LogEntry entry)
    {
        if (!_read.TryGetValue(entry, out var electorate))
            _read[entry] = electorate = Electorate.Of(entry);
        return electorate;
    }

    private SimulatedNode? Find(string id) => nodes.FirstOrDefault(node => node.Id == id);

    private static bool IsStore(SimulatedNode node, string? storeId) =>
        storeId is null || (storeId.Length > 0 && node.Own.StoreId == storeId);

    private string Names(Func<SimulatedNode, bool> which) => string.Join(", ", nodes.Where(which));
}
