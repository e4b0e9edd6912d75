using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Http;

/// <summary>Reads the conditions of a write: <c>If-Match</c> with entity tags or <c>*</c>, and <c>If-None-Match: *</c>.</summary>
internal static class Conditions
{
    /// <summary>Reads them.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="condition">What they say; <c>null</c> when no value whatever can satisfy them.</param>
    /// <param name="problem">What is wrong with them.</param>
    public static bool TryRead(IHeaderDictionary headers, out WriteCondition? condition, out string problem)
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
        if (!EntityTagHeaderValue.TryParseStrictList(ifMatch, out var tags) || tags.Count == 0)
        {
            problem = "If-Match is neither * nor a list of quoted entity tags.";
            return false;
        }
        condition = Match(tags);
        return true;
    }

    private static WriteCondition? Match(IList<EntityTagHeaderValue> tags)
    {
        if (tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any)))
            return WriteCondition.Present;
        // A weak tag never matches here, nor does a tag that no node has given out (RFC 9110, 8.8.3.2 and 13.1.1).
        var versions = tags.Where(tag => !tag.IsWeak).Select(Version).OfType<long>().ToList();
        return versions.Count > 0 ? WriteCondition.OneOf(versions) : null;
    }

    private static long? Version(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan()[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? version : null;
}
