using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http.Description;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// The key-value store: <c>GET</c>, <c>PUT</c> (create or replace), <c>POST</c> (create only) and <c>DELETE</c> of
/// <c>/kv/{key}</c>.
/// </summary>
/// <remarks>
/// Values are plain bytes. The ETag of a value is its version: the position of the entry that wrote it
/// (<see cref="Position"/>).
/// </remarks>
internal sealed class KeyValueEndpoints(NodeGroups groups, HttpSettings settings, IdempotencyKey idempotency)
{
    private const string Path = "/kv/{**key}";
    private const string AppliedIndexHeader = "Raft-Applied-Index";

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, ["GET", "HEAD"], GetAsync).RequireRole(Role.Read)
            .Describe(KeyValueOperations.Get);
        routes.MapMethods(Path, ["PUT"], context => PutAsync(context, createOnly: false))
            .RequireRole(Role.Write).Describe(KeyValueOperations.Put);
        routes.MapMethods(Path, ["POST"], context => PutAsync(context, createOnly: true))
            .RequireRole(Role.Write).Describe(KeyValueOperations.Post);
        routes.MapMethods(Path, ["DELETE"], DeleteAsync).RequireRole(Role.Write)
            .Describe(KeyValueOperations.Delete);
    }

    private async Task GetAsync(HttpContext context)
    {
        if (!PathName.Key.TryRead(context, settings.MaxKeyBytes, out var key, out var problem)
            || !ReadConditions.TryRead(context.Request.Headers, out var conditions, out problem)
            || !ReadOptions.TryRead(context.Request.Query, out var consistency, out var maxStaleness, out problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var group = GroupOf(context, key);
        var answer = await group.Client.QueryAsync(new GetValue(key), consistency, maxStaleness);
        if (answer is QueryResult { AppliedIndex: var index })
            context.Response.Headers[AppliedIndexHeader] = index.ToString(CultureInfo.InvariantCulture);
        if (answer is QueryResult { Result: ValueFound found })
        {
            await WriteAsync(context, group, found, conditions);
            return;
        }
        await Problems.WriteAsync(context, answer switch
        {
            QueryResult { Result: ValueNotFound } => Problems.NotFound(),
            QueryFailed failed => Problems.Of(failed),
            _ => throw new InvalidOperationException($"A query was answered by {answer}."),
        });
    }

    private static async Task WriteAsync(
        HttpContext context, NodeGroup group, ValueFound found, ReadConditions conditions)
    {
        var response = context.Response;
        var tag = group.Tag(found.Version);
        response.Headers.ETag = tag;
        switch (conditions.Of(tag))
        {
            case ReadConditions.Outcome.NotModified:
                response.StatusCode = StatusCodes.Status304NotModified;
                break;
            case ReadConditions.Outcome.Failed:
                await Problems.WriteAsync(context, Problems.ConditionFailed(tag, conditions.NeverMatches));
                break;
            default:
                response.ContentType = MediaTypeNames.Application.Octet;
                // A browser must not take the bytes for a page: anybody may have written them.
                response.Headers.XContentTypeOptions = "nosniff";
                response.ContentLength = found.Value.Length;
                if (!HttpMethods.IsHead(context.Request.Method))
                    await response.BodyWriter.WriteAsync(found.Value, context.RequestAborted);
                break;
        }
    }

    private async Task PutAsync(HttpContext context, bool createOnly)
    {
        if (ReadWrite(context, out var group, out var key, out var condition, out var problem) is { } refusal)
        {
            await Problems.WriteAsync(context, refusal);
            return;
        }
        if (createOnly && condition is not { IsNone: true })
        {
            await Problems.WriteAsync(context, Problems.BadRequest("POST creates and takes no condition; use PUT."));
            return;
        }
        if (condition is null)
        {
            await RefuseAsync(context, group, key, problem);
            return;
        }
        var (value, tooLarge) = await ReadBodyAsync(context.Request);
        if (tooLarge is not null)
        {
            await Problems.WriteAsync(context, tooLarge);
            return;
        }
        var put = new PutValue(key, value, createOnly ? WriteCondition.Absent : condition);
        await WriteAsync(context, group, key, put, createOnly);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (ReadWrite(context, out var group, out var key, out var condition, out var problem) is { } refusal)
        {
            await Problems.WriteAsync(context, refusal);
            return;
        }
        if (condition is null)
            await RefuseAsync(context, group, key, problem);
        else
            await WriteAsync(context, group, key, new DeleteValue(key, condition), createOnly: false);
    }

    /// <summary>Reads what a write names: its key, and the condition that the present value has to satisfy.</summary>
    /// <param name="context">The request.</param>
    /// <param name="group">The group that has the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="condition">The condition; <c>null</c> if no value can satisfy it.</param>
    /// <param name="problem">What is wrong with the request, or why no value can satisfy the condition.</param>
    /// <returns>Why the write is refused; <c>null</c> if it is not.</returns>
    private ProblemHttpResult? ReadWrite(HttpContext context, out NodeGroup group, out string key,
        out WriteCondition? condition, out string problem)
    {
        (group, condition) = (groups[0], null);
        if (!PathName.Key.TryRead(context, settings.MaxKeyBytes, out key, out problem))
            return Problems.BadRequest(problem);
        group = GroupOf(context, key);
        var stores = group.Stores;
        if (!Conditions.TryRead(context.Request.Headers, stores.Histories, out condition, out problem))
            return Problems.BadRequest(problem);
        // A node that has just started does not know yet to which history an ETag belongs.
        return context.Request.Headers.IfMatch.Count > 0 && stores.Histories.Count == 0 && stores.Summary.Index == 0
            ? Problems.PeerSilent("This node has just started. "
                + "It does not know yet which history its group has, so it cannot read the ETag. Try again.")
            : null;
    }

    // No value satisfies the condition, so the group need not decide. The client is told the present value's ETag.
    private static async Task RefuseAsync(HttpContext context, NodeGroup group, string key, string why)
    {
        var answer = await group.Client.QueryAsync(new GetValue(key));
        if (answer is QueryFailed failed)
        {
            await Problems.WriteAsync(context, Problems.Of(failed, isWrite: true));
            return;
        }
        var version = answer is QueryResult { Result: ValueFound found } ? found.Version : 0;
        if (version > 0)
            context.Response.Headers.ETag = group.Tag(version);
        await Problems.WriteAsync(
            context, Problems.ConditionFailed(version > 0 ? group.Tag(version) : "", why));
    }

    private async Task WriteAsync(
        HttpContext context, NodeGroup group, string key, IKeyValueMessage command, bool createOnly)
    {
        if (!idempotency.TryRead(context.Request.Headers, group.Index, out var session, out var problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var answer = await group.Client.ProposeAsync(command, session);
        if (answer is ProposalFailed failed)
        {
            await Problems.WriteAsync(context, Problems.Of(failed, settings.MaxValueBytes));
            return;
        }
        if (answer is not Proposed { Response: WriteResult result })
            throw new InvalidOperationException($"A proposal was answered by {answer}.");
        if (result.Version > 0)
            context.Response.Headers.ETag = group.Tag(result.Version);
        switch (result.Outcome)
        {
            case WriteOutcome.Created:
                context.Response.StatusCode = StatusCodes.Status201Created;
                context.Response.Headers.Location = PathName.Key.PathTo(key);
                break;
            case WriteOutcome.Replaced or WriteOutcome.Deleted:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case WriteOutcome.NotFound:
                await Problems.WriteAsync(context, Problems.NotFound());
                break;
            case WriteOutcome.ConditionFailed:
                await Problems.WriteAsync(context,
                    createOnly ? Problems.Exists() : Problems.ConditionFailed(
                    result.Version > 0 ? group.Tag(result.Version) : ""));
                break;
            default:
                throw new InvalidOperationException("The state machine does not know a command of this node: its "
                    + "version is older.");
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Value, ProblemHttpResult? Refusal)> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength is { } length)
        {
            if (length > settings.MaxValueBytes)
                return (default, Problems.TooLarge(settings.MaxValueBytes));
            var value = new byte[length];
            return await FillAsync(request.BodyReader, value) ? (value, null) : throw new EndOfStreamException();
        }
        return await ReadChunksAsync(request.BodyReader, settings.MaxValueBytes) is { } bytes
            ? (bytes, null)
            : (default, Problems.TooLarge(settings.MaxValueBytes));
    }

    /// <summary>Reads a body. Returns whether it has as many bytes as are wanted.</summary>
    private static async ValueTask<bool> FillAsync(PipeReader reader, Memory<byte> value)
    {
        // Most bodies are there with their headers. The stream of the body would take more steps to say so.
        while (value.Length > 0)
        {
            var read = await reader.ReadAsync();
            var some = read.Buffer.Slice(0, Math.Min(value.Length, read.Buffer.Length));
            some.CopyTo(value.Span);
            value = value[(int)some.Length..];
            reader.AdvanceTo(some.End);
            if (read.IsCompleted && value.Length > 0)
                return false;
        }
        return true;
    }

    /// <summary>Reads a body of unknown length. Returns <c>null</c> as soon as it exceeds the limit.</summary>
    private static async ValueTask<byte[]?> ReadChunksAsync(PipeReader reader, int limit)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            var tooLong = read.Buffer.Length > limit;
            if (read.IsCompleted || tooLong)
            {
                var bytes = tooLong ? null : read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private NodeGroup GroupOf(HttpContext context, string key)
    {
        var group = groups.Of(key);
        if (!groups.Layout.IsOne)
            context.Response.Headers[GroupParameter.Header] = group.Index.ToString(CultureInfo.InvariantCulture);
        return group;
    }
}
