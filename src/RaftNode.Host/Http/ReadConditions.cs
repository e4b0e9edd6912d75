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

    /// <summary>Why <see cref="Outcome.Failed"/> is certain, whatever the value; empty if it is not.</summary>
    public string NeverMatches =>
        _match.Count > 0 && _match.All(static tag => tag.IsWeak) ? Conditions.WeakNeverMatches : "";

    /// <summary>Reads the conditions.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="conditions">The conditions that were read.</param>
    /// <param name="problem">What is wrong with the headers.</param>
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

    /// <summary>Decides how a request is answered.</summary>
    /// <param name="present">The ETag of the value.</param>
    public Outcome Of(string present)
    {
        if (this == None)
            return Outcome.Send;
        var tag = new EntityTagHeaderValue(present);
        if (_match.Count > 0 && !_match.Any(wanted => Is(wanted, tag, strong: true)))
            return Outcome.Failed;
        // A proxy that compresses turns the ETag into a weak one.
        return _noneMatch.Any(known => Is(known, tag, strong: false)) ? Outcome.NotModified : Outcome.Send;
    }

    private static bool Is(EntityTagHeaderValue named, EntityTagHeaderValue present, bool strong) =>
        named.Equals(EntityTagHeaderValue.Any) || named.Compare(present, strong);

    /// <summary>How a request is answered.</summary>
    public enum Outcome
    {
        /// <summary>With the value.</summary>
        Send,

        /// <summary>With 304: the client has the value.</summary>
        NotModified,

        /// <summary>With 412: the value is not the one that the client expects.</summary>
        Failed,
    }
}
