using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RaftNode.Host.Http;

/// <summary>
/// The conditions of a <c>GET</c> (RFC 9110, section 13.2.2): <c>If-Match</c> first, then <c>If-None-Match</c>.
/// </summary>
internal sealed class ReadConditions
{
    private static readonly ReadConditions None = new();

    private IList<EntityTagHeaderValue> _match = [];
    private IList<EntityTagHeaderValue> _noneMatch = [];

    /// <summary>Why <see cref="Outcome.Failed"/> is certain, whatever the value; empty otherwise.</summary>
    public string NeverMatches =>
        _match.Count > 0 && _match.All(static tag => tag.IsWeak) ? Conditions.WeakNeverMatches : "";

    /// <summary>Reads them.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="conditions">What they say.</param>
    /// <param name="problem">What is wrong with them.</param>
    public static bool TryRead(IHeaderDictionary headers, out ReadConditions conditions, out string problem)
    {
        problem = "";
        conditions = None;
        if (headers.IfMatch.Count == 0 && headers.IfNoneMatch.Count == 0)
            return true;
        conditions = new ReadConditions();
        if (headers.IfMatch.Count > 0
            && !Conditions.TryReadTags(headers.IfMatch, "If-Match", out conditions._match, out problem))
            return false;
        return headers.IfNoneMatch.Count == 0
            || Conditions.TryReadTags(headers.IfNoneMatch, "If-None-Match", out conditions._noneMatch, out problem);
    }

    /// <summary>What they make of a value.</summary>
    /// <param name="present">The value's ETag.</param>
    public Outcome Of(string present)
    {
        if (this == None)
            return Outcome.Send;
        var tag = new EntityTagHeaderValue(present);
        if (_match.Count > 0 && !_match.Any(wanted => Is(wanted, tag, strong: true)))
            return Outcome.Failed;
        // A proxy that compresses makes the ETag a weak one.
        return _noneMatch.Any(known => Is(known, tag, strong: false)) ? Outcome.NotModified : Outcome.Send;
    }

    private static bool Is(EntityTagHeaderValue named, EntityTagHeaderValue present, bool strong) =>
        named.Equals(EntityTagHeaderValue.Any) || named.Compare(present, strong);

    /// <summary>What becomes of the request.</summary>
    public enum Outcome
    {
        /// <summary>The value is sent.</summary>
        Send,

        /// <summary>The client has the value: 304.</summary>
        NotModified,

        /// <summary>The value is not the one that the client means: 412.</summary>
        Failed,
    }
}
