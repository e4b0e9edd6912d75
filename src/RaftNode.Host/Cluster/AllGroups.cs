using System.Globalization;
using RaftActors.Client;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Cluster;

/// <summary>How a node with several groups stands in all of them together.</summary>
internal static class AllGroups
{
    // How many groups a sentence names.
    private const int MostNames = 3;

    /// <summary>The status of a node with several groups: sums over its groups, and counts.</summary>
    /// <param name="node">The status of one of the groups, for all that is of the node itself.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="statuses">What the peer of each group answered; <c>null</c> for nothing.</param>
    public static StatusDocument Sum(StatusDocument node, NodeGroups groups, IReadOnlyList<RaftStatus?> statuses)
    {
        var known = statuses.OfType<RaftStatus>().ToArray();
        var states = groups.Select(static group => group.Stores.Summary).ToArray();
        var leaders = known.Where(static status => status.Leader is not null)
            .GroupBy(static status => status.Leader!.Id).OrderBy(static led => led.Key, StringComparer.Ordinal)
            .ToDictionary(static led => led.Key, static led => led.Count());
        int led = known.Count(static status => status.Role == RaftRole.Leader);
        return node with
        {
            Group = groups.Layout.Name,
            GroupId = "",
            StoreId = "",
            Groups = new GroupsDocument(groups.Count, led, groups.Count - leaders.Values.Sum(),
                statuses.Count(static status => status is null), leaders)
            {
                Troubled = [.. statuses.Index().Where(static each => ProblemOf(each.Item) is not null)
                    .Select(static each => each.Index)],
            },
            Role = led > 0 ? "leader" : "follower",
            Term = known.Max(static status => status.Term),
            Leader = leaders.Count == 1 ? leaders.Keys.Single() : null,
            CommitIndex = known.Sum(static status => status.CommitIndex),
            AppliedIndex = known.Sum(static status => status.AppliedIndex),
            FirstIndex = known.Sum(static status => status.FirstIndex),
            LastIndex = known.Sum(static status => status.LastIndex),
            PersistedIndex = known.Sum(static status => status.PersistedIndex),
            LogBytes = known.Sum(static status => status.LogBytes),
            SnapshotIndex = known.Sum(static status => status.SnapshotIndex),
            SnapshotBytes = known.Sum(static status => status.SnapshotBytes),
            State = new StateDocument(states.Sum(static state => state.Index), states.Sum(static state => state.Keys),
                states.Aggregate(0UL, static (sum, state) => unchecked(sum + state.Digest))
                    .ToString("x16", CultureInfo.InvariantCulture)),
            Followers = [],
            ForeignNodes = [.. known.SelectMany(static status => status.ForeignPeers)
                .DistinctBy(static peer => (peer.MemberId, peer.Address))
                .Select(static peer => new ForeignNodeDocument(peer.MemberId, peer.Address, peer.GroupId))],
            Problems =
            [
                .. Problems(groups, statuses),
                .. node.Problems.Where(problem => !known.Any(status => status.Problems.Any(
                    own => own.Reason == problem.Detail))),
            ],
            Damages = [.. known.SelectMany(static status =>
                status.Damages.Select(damage => $"{status.Group}: {damage}"))],
            IsResting = known.All(static status => status.IsResting),
            LateTimers = known.Sum(static status => status.LateTimers),
        };
    }

    /// <summary>
    /// Why a node with several groups is not ready: each kind of problem once, with the number of groups that have it.
    /// </summary>
    /// <param name="groups">The groups.</param>
    /// <param name="statuses">What the peer of each group answered; <c>null</c> for nothing.</param>
    public static IEnumerable<ProblemDocument> Problems(NodeGroups groups, IReadOnlyList<RaftStatus?> statuses)
    {
        var names = groups.Where(group => statuses[group.Index] is null).Select(static group => group.Name).ToArray();
        if (names.Length > 0)
        {
            yield return new ProblemDocument(Http.Problems.PeerSilentType,
                $"The peers of {Some(names, groups.Count)} are not running: they recover, or start again after a "
                + "failure, or have stopped for good: see the node's log.");
        }
        var problems = statuses.OfType<RaftStatus>().SelectMany(
            static status => status.Problems, static (status, problem) => (status.Group, Problem: problem));
        foreach (var kind in problems.GroupBy(static each => each.Problem.Kind))
        {
            yield return new ProblemDocument(Http.Problems.TypeOf(kind.Key),
                $"{Some([.. kind.Select(static each => each.Group)], groups.Count)}: {kind.First().Problem.Reason}");
        }
    }

    /// <summary>All groups of a node, each in a few words.</summary>
    /// <param name="node">The node's member id.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="statuses">What the peer of each group answered; <c>null</c> for nothing.</param>
    public static GroupListDocument List(string node, NodeGroups groups, IReadOnlyList<RaftStatus?> statuses) =>
        new(node, [.. groups.Zip(statuses, static (group, status) => new GroupDocument(
            group.Index, group.Name, status?.Leader?.Id, status?.Term ?? 0, status?.CommitIndex ?? 0,
            group.Stores.Summary.Keys, ProblemOf(status)))]);

    // What is wrong with a group on this node, in a sentence.
    private static string? ProblemOf(RaftStatus? status) => status switch
    {
        null => "The peer is not running: it recovers, or starts again after a failure, or has stopped for good.",
        { Problems: [var first, ..] } => first.Reason,
        { Leader: null } => "The node knows no leader.",
        _ => null,
    };

    /// <summary>Some groups in a few words: how many, and the names of the first.</summary>
    public static string Some(IReadOnlyList<string> names, int all) =>
        string.Create(CultureInfo.InvariantCulture, $"{names.Count} of {all} groups (")
        + string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? ", …)" : ")");
}
