using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Akka.Actor;
using Microsoft.AspNetCore.Http.HttpResults;
using RaftActors.Client;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Cluster;

/// <summary>How this node stands.</summary>
internal sealed class OwnStatus(RunningNode node, Traffic traffic)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly string Version = typeof(OwnStatus).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Asks this node's peer of a group.</summary>
    /// <returns>What the peer answers; <c>null</c> if it does not answer within a second.</returns>
    public static async Task<RaftStatus?> AskAsync(NodeGroup group)
    {
        try
        {
            return await group.Peer.Ask<RaftStatus>(GetStatus.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>How this node stands in all its groups together, as a document.</summary>
    /// <returns>The document, or why there is none.</returns>
    public async Task<(StatusDocument? Status, ProblemHttpResult? Problem)> ReadAsync()
    {
        if (node.Groups.Layout.IsOne)
            return await ReadAsync(node.Groups[0]);
        var all = await Task.WhenAll(node.Groups.Select(AskAsync));
        if (Array.FindIndex(all, static status => status is not null) is var first && first < 0)
            return (null, NoPeer());
        return (AllGroups.Sum(Document(all[first]!, node.Groups[first]), node.Groups, all), null);
    }

    /// <summary>How this node stands in one group, as a document.</summary>
    /// <returns>The document, or why there is none.</returns>
    public async Task<(StatusDocument? Status, ProblemHttpResult? Problem)> ReadAsync(NodeGroup group) =>
        await AskAsync(group) is { } status ? (Document(status, group), null) : (null, NoPeer());

    private ProblemHttpResult NoPeer() => node.StoreOutage is { } outage
        ? Problems.StoreUnavailable(outage)
        : Problems.PeerSilent("The node's peer is not running: "
            + "it recovers, or starts again after a failure, or has stopped for good: see the node's log.");

    private StatusDocument Document(RaftStatus status, NodeGroup group)
    {
        var state = group.Stores.Summary;
        return new StatusDocument
        {
            Node = status.MemberId,
            Pid = Environment.ProcessId,
            Role = Camel(status.Role.ToString()),
            Term = status.Term,
            Leader = status.Leader?.Id,
            CommitIndex = status.CommitIndex,
            AppliedIndex = status.AppliedIndex,
            LastIndex = status.LastIndex,
            FirstIndex = status.FirstIndex,
            PersistedIndex = status.PersistedIndex,
            LogBytes = status.LogBytes,
            SnapshotIndex = status.SnapshotIndex,
            SnapshotBytes = status.SnapshotBytes,
            Group = status.Group,
            GroupId = status.GroupId,
            ForeignNodes = [.. status.ForeignPeers.Select(
                static peer => new ForeignNodeDocument(peer.MemberId, peer.Address, peer.GroupId))],
            StoreId = status.StoreId,
            Address = node.Settings.Self.Address,
            State = new StateDocument(state.Index, state.Keys, state.Digest.ToString("x16")),
            Members = [.. status.Members.Select(MemberDocument.Of)],
            Learners = [.. status.Learners.Select(MemberDocument.Of)],
            Followers = [.. status.Followers.Select(f =>
                new FollowerDocument(f.MemberId, Camel(f.State), f.MatchIndex, f.NextIndex, f.RecentlyActive,
                f.Differs))],
            Problems =
            [
                .. status.Problems.Select(
                    static problem => new ProblemDocument(Problems.TypeOf(problem.Kind), problem.Reason)),
                .. BackupProblem(),
                .. node.SecurityProblems,
            ],
            Damages = status.Damages,
            IsResting = status.IsResting,
            LateTimers = status.LateTimers,
            MaximumFrameSize = status.MaximumFrameSize,
            OtherFrameSizes = status.OtherFrameSizes,
            Disk = Resources.Disk(node.Settings),
            Memory = Resources.Memory(),
            Traffic = traffic.Read(),
            UptimeSeconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1),
            Version = Version,
        };
    }

    private IEnumerable<ProblemDocument> BackupProblem() =>
        node.BackupProblem is { } reason ? [new ProblemDocument(Problems.BackupFailedType, reason)] : [];

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
