using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using RaftActors.Membership;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Http;

/// <summary>
/// Reads the conditions of a write: <c>If-Match</c> with entity tags or <c>*</c>, and <c>If-None-Match: *</c>.
/// </summary>
internal static class Conditions
{
    /// <summary>
    /// The message about a condition that has only weak tags (RFC 9110, sections 8.8.3.2 and 13.1.1).
    /// </summary>
    public const string WeakNeverMatches = "A weak ETag never matches in If-Match.";

    /// <summary>Reads the conditions.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="histories">The histories of the group, oldest first.</param>
    /// <param name="condition">The condition; <c>null</c> if no value can satisfy it.</param>
    /// <param name="problem">What is wrong with the headers, or why no value can satisfy them.</param>
    public static bool TryRead(IHeaderDictionary headers, IReadOnlyList<History> histories,
        out WriteCondition? condition, out string problem)
    {
        condition = WriteCondition.None;
        problem = "";
        var ifMatch = headers.IfMatch;
        var ifNoneMatch = headers.IfNoneMatch;
        if (ifMatch.Count == 0 && ifNoneMatch.Count == 0)
            return true;
        if (ifMatch.Count > 0 && ifNoneMatch.Count > 0)
        {
            problem = "If-Match and If-None-Match exclude each other.";
            return false;
        }
        if (ifNoneMatch.Count > 0)
        {
            condition = WriteCondition.Absent;
            problem = "If-None-Match of a write can only be *.";
            return ifNoneMatch is [var only] && only?.Trim() == "*";
        }
        if (!TryReadTags(ifMatch, "If-Match", out var tags, out problem))
            return false;
        condition = Match(tags, histories, out problem);
        return true;
    }

    /// <summary>Reads a header with entity tags.</summary>
    /// <param name="values">The header's values.</param>
    /// <param name="header">The name of the header.</param>
    /// <param name="tags">The tags. <c>*</c> is one of its own.</param>
    /// <param name="problem">What is wrong with the header.</param>
    public static bool TryReadTags(
        StringValues values, string header, out IList<EntityTagHeaderValue> tags, out string problem)
    {
        problem = "";
        if (EntityTagHeaderValue.TryParseStrictList(values, out var read)
            && read.Count > 0 && (read.Count == 1 || !read.Any(IsAny)))
        {
            tags = read;
            return true;
        }
        tags = [];
        problem = $"{header} is neither * nor a list of quoted entity tags.";
        return false;
    }

    private static WriteCondition? Match(IList<EntityTagHeaderValue> tags, IReadOnlyList<History> histories,
        out string never)
    {
        never = "";
        if (tags.Any(IsAny))
            return WriteCondition.Present;
        // A tag that no node has given out does not match either, nor does the tag of a write that a restore or a
        // recovery has undone.
        var versions = tags.Where(static tag => !tag.IsWeak).Select(tag => Version(tag, histories)).OfType<long>()
            .ToList();
        if (versions.Count > 0)
            return WriteCondition.OneOf(versions);
        never = tags.All(static tag => tag.IsWeak)
            ? WeakNeverMatches
            : "No value has an ETag that If-Match names: no write has such an ETag, "
                + "or a restore or a recovery has undone that write.";
        return null;
    }

    private static bool IsAny(EntityTagHeaderValue tag) => tag.Equals(EntityTagHeaderValue.Any);

    private static long? Version(EntityTagHeaderValue tag, IReadOnlyList<History> histories) =>
        Position.TryParse(tag.Tag.AsSpan()[1..^1], out var position) && position.Index > 0 && position.IsOf(histories)
            ? position.Index : null;
}
