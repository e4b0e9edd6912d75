using System.Net.Mime;
using Akka.Event;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Backups;
using RaftActors.Client;
using RaftNode.Host.Http.Description;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /backup</c>: the whole store as one file. Whichever node is asked, the file has everything that was
/// acknowledged before the request.
/// </summary>
internal sealed class BackupEndpoints(RunningNode node)
{
    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/backup", ["GET"], BackupAsync).RequireRole(Role.Admin)
            .Describe(NodeOperations.Backup);

    private async Task BackupAsync(HttpContext context)
    {
        if (!node.Groups.Layout.IsOne)
        {
            await Problems.WriteAsync(context, Problems.BadRequest($"A backup is of one group, and this node has "
                + $"{node.Groups.Count} (raftnode.groups), which no backup has at one moment. Read all keys instead: GET "
                + "/kv and GET /kv/KEY."));
            return;
        }
        // After any linearizable read, the node has applied everything that was acknowledged before.
        var answer = await node.Groups[0].Client.QueryAsync(new GetValue(""));
        if (answer is not QueryResult fresh)
        {
            await Problems.WriteAsync(context, Problems.Of((QueryFailed)answer));
            return;
        }
        var (backup, problem) = await OpenAsync(fresh.AppliedIndex, context.RequestAborted);
        if (problem is not null)
            await Problems.WriteAsync(context, problem);
        if (backup is null)
            return;
        await using (backup)
            await WriteAsync(context, backup);
    }

    private async Task<(Backup? Backup, ProblemHttpResult? Problem)> OpenAsync(long atLeast, CancellationToken aborted)
    {
        try
        {
            return (await Backup.OpenAsync(node.Group, atLeast, aborted), null);
        }
        catch (BackupException e)
        {
            return (null, Problems.NoBackup(e.Message));
        }
        catch (OperationCanceledException)
        {
            return (null, null);
        }
    }

    private async Task WriteAsync(HttpContext context, Backup backup)
    {
        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.ContentLength = backup.Length;
        context.Response.Headers.ContentDisposition =
            $"attachment; filename=\"{node.Settings.Raft.Group}-{backup.Index}.backup\"";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await backup.WriteAsync(context.Response.Body, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has closed the connection.
        }
        catch (BackupException e)
        {
            node.System.Log.Warning("A backup ended before its end: {0}", e.Message);
            context.Abort();
        }
    }
}
