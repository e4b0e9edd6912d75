using System.Net.Mime;
using Akka.Event;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Backups;
using RaftNode.Host.Backups;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /backup</c>: the whole store as one file, of all groups. Whichever node is asked, the file has everything
/// that was acknowledged before the request.
/// </summary>
internal sealed class BackupEndpoints(RunningNode node)
{
    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/backup", ["GET"], BackupAsync).RequireRole(Role.Admin)
            .Describe(NodeOperations.Backup);

    private async Task BackupAsync(HttpContext context)
    {
        var (atLeast, failure) = await GroupsBackup.CatchUpAsync(node.Groups);
        if (failure is not null)
        {
            await Problems.WriteAsync(context, Problems.Of(failure));
            return;
        }
        if (!node.Groups.Layout.IsOne)
        {
            await WriteAllAsync(context, atLeast);
            return;
        }
        var (backup, problem) = await OpenAsync(atLeast[0], context.RequestAborted);
        if (problem is not null)
            await Problems.WriteAsync(context, problem);
        if (backup is null)
            return;
        await using (backup)
        {
            context.Response.ContentLength = backup.Length;
            await WriteAsync(context, backup.Index, target => backup.WriteAsync(target, context.RequestAborted));
        }
    }

    // The groups are backed up one after the other, so the length of the file is not known before.
    private Task WriteAllAsync(HttpContext context, IReadOnlyList<long> atLeast) => WriteAsync(context, atLeast.Sum(),
        target => GroupsBackup.WriteAsync(target, node.Groups, atLeast, context.RequestAborted));

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

    private async Task WriteAsync(HttpContext context, long index, Func<Stream, Task> write)
    {
        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.Headers.ContentDisposition =
            $"attachment; filename=\"{node.Settings.Raft.Group}-{index}.backup\"";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await write(context.Response.Body);
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
