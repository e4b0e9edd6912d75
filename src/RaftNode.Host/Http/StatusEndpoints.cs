using System.Diagnostics;
using System.Reflection;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>/status</c>; <c>/health/live</c>, which says whether the process runs; and <c>/health/ready</c>, which says
/// whether its peer runs, can use its store, and knows a leader.
/// </summary>
internal sealed class StatusEndpoints(RunningNode node)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly string Version = typeof(StatusEndpoints).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/status", ["GET", "HEAD"], StatusAsync).RequireRole(Role.Read);
        routes.MapMethods("/health/live", ["GET", "HEAD"],
            context => TypedResults.Text("live\n").ExecuteAsync(context)).RequireRole(Role.Anyone);
        routes.MapMethods("/health/ready", ["GET", "HEAD"], ReadyAsync).RequireRole(Role.Anyone);
    }

    private async Task StatusAsync(HttpContext context)
    {
        if (await AskAsync() is { } status)
            await TypedResults.Json(Document(status), HostJson.Default.StatusDocument).ExecuteAsync(context);
        else if (node.StoreOutage is { } outage)
            await Problems.WriteAsync(context, Problems.StoreUnavailable(outage));
        else
            await Problems.WriteAsync(context, Problems.PeerSilent("The node's peer is not running: "
                + "it recovers, or starts again after a failure, or has stopped for good: see the node's log."));
    }

    private async Task ReadyAsync(HttpContext context)
    {
        if (node.StoreOutage is { } outage)
        {
            await Problems.WriteAsync(context, Problems.StoreUnavailable(outage));
            return;
        }
        var status = await AskAsync();
        if (status?.Problems is [var first, ..])
            await Problems.WriteAsync(context, Problems.NotReady(first));
        else if (status?.Leader is { } leader)
            await TypedResults.Text($"ready, the leader is {leader.Id}\n").ExecuteAsync(context);
        else
            await Problems.WriteAsync(context,
                Problems.PeerSilent(status is null ? "The node's peer is not running." : "The node knows no leader."));
    }

    private async Task<RaftStatus?> AskAsync()
    {
        try
        {
            return await node.Group.Ask<RaftStatus>(GetStatus.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    private StatusDocument Document(RaftStatus status)
    {
        var state = node.Stores.Summary;
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
            Problems = [.. status.Problems.Select(
                static problem => new ProblemDocument(Problems.TypeOf(problem.Kind), problem.Reason))],
            Damages = status.Damages,
            LateTimers = status.LateTimers,
            MaximumFrameSize = status.MaximumFrameSize,
            OtherFrameSizes = status.OtherFrameSizes,
            UptimeSeconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1),
            Version = Version,
        };
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
