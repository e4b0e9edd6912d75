using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http.Description;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /kv?prefix=TEXT&amp;after=KEY&amp;limit=NUMBER</c>: the keys that have a value, a page at a time.
/// </summary>
internal sealed class KeyListEndpoints(NodeGroups groups, HttpSettings settings)
{
    private const string Path = "/kv";
    private const int DefaultLimit = 100;
    private const int MostKeys = 1000;

    // A listing delays the node's state machine, because it looks at every key. Many at a time would delay it for long.
    private readonly SemaphoreSlim _listing = new(1);

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, ["GET"], ListAsync).RequireRole(Role.Read).Describe(KeyValueOperations.List);

    private async Task ListAsync(HttpContext context)
    {
        if (!TryRead(context, settings.MaxKeyBytes, out var list, out string problem)
            || !GroupParameter.TryReadAny(context.Request, groups, out var named, out problem)
            || !ReadOptions.TryRead(context.Request.Query, out var consistency, out var maxStaleness, out problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var listed = named is null ? groups.ToArray() : [named];
        var answers = new object[listed.Length];
        if (!await _listing.WaitAsync(settings.RequestTimeout, context.RequestAborted))
        {
            await Problems.WriteAsync(context, Problems.Overloaded("Other requests list keys. One does at a time."));
            return;
        }
        try
        {
            // One group after the other: each has the keys of one moment, and they have not the same moment.
            for (int i = 0; i < listed.Length && answers.All(static answer => answer is not QueryFailed); i++)
                answers[i] = await listed[i].Client.QueryAsync(list, consistency, maxStaleness);
        }
        finally
        {
            _listing.Release();
        }
        if (answers.OfType<QueryFailed>().FirstOrDefault() is { } failed)
        {
            await Problems.WriteAsync(context, Problems.Of(failed));
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var document = Merge([.. listed.Zip(answers, Page)], list.Limit);
        await TypedResults.Json(document, HostJson.Default.KeysDocument).ExecuteAsync(context);
    }

    // Routing takes more for the path, such as /kv/ and /KV: then the key of a value is missing.
    private static bool TryRead(HttpContext context, int maxKeyBytes, out ListKeys list, out string problem)
    {
        list = new ListKeys("", "", DefaultLimit);
        if (PathName.PathOf(context.Features.Get<IHttpRequestFeature>()!.RawTarget) != Path)
        {
            PathName.Key.TryRead(context, maxKeyBytes, out _, out problem);
            return false;
        }
        var query = context.Request.Query;
        int limit = DefaultLimit;
        if (query["limit"] is { Count: > 0 } number
            && (!int.TryParse(number.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                || limit is < 1 or > MostKeys))
        {
            problem = $"limit is one whole number from 1 to {MostKeys}.";
            return false;
        }
        problem = "prefix and after are one text each.";
        if (query["prefix"].Count > 1 || query["after"].Count > 1)
            return false;
        list = new ListKeys(query["prefix"].ToString(), query["after"].ToString(), limit);
        return true;
    }

    private static KeysDocument Page(NodeGroup group, object answer)
    {
        if (answer is not QueryResult { Result: KeyPage page } result)
            throw new InvalidOperationException($"A query for keys was answered by {answer}.");
        return new KeysDocument(result.AppliedIndex, page.HasMore,
            [.. page.Keys.Select(key => new KeyDocument(key.Key, key.Version, group.Tag(key.Version), key.Bytes))]);
    }

    // The first keys of all groups are among the first keys of each.
    private static KeysDocument Merge(IReadOnlyList<KeysDocument> pages, int limit)
    {
        if (pages is [var only])
            return only;
        var keys = pages.SelectMany(static page => page.Keys).OrderBy(static key => key.Key, StringComparer.Ordinal)
            .Take(limit).ToArray();
        bool hasMore = pages.Any(static page => page.More) || pages.Sum(static page => page.Keys.Count) > keys.Length;
        return new KeysDocument(null, hasMore, keys) { Groups = pages.Count };
    }
}

/// <summary>The body of <c>GET /kv</c>.</summary>
/// <param name="AppliedIndex">
/// The index of the last log entry that the answer reflects; <c>null</c> if the keys are of several groups.
/// </param>
/// <param name="More">Whether more keys follow: ask again with <c>after</c> and the last key.</param>
/// <param name="Keys">The keys, in the order of their UTF-16 code units.</param>
internal sealed record KeysDocument(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? AppliedIndex,
    bool More,
    IReadOnlyList<KeyDocument> Keys)
{
    /// <summary>
    /// The groups whose keys these are, if there are several. They were read one after the other, so the list is no
    /// picture of one moment.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Groups { get; init; }
}

/// <summary>A key that has a value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Version">The index of the log entry that wrote the value.</param>
/// <param name="Etag">The <c>ETag</c> of the value.</param>
/// <param name="Bytes">The size of the value in bytes.</param>
internal sealed record KeyDocument(string Key, long Version, string Etag, long Bytes);
