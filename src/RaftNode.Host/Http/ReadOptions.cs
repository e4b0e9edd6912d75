using System.Globalization;
using Microsoft.AspNetCore.Http;
using RaftActors.Client;

namespace RaftNode.Host.Http;

/// <summary>
/// How up to date the value of a <c>GET</c> must be: <c>?consistency=linearizable|lease|stale</c>, and with
/// <c>stale</c> <c>max-staleness</c> in milliseconds.
/// </summary>
internal static class ReadOptions
{
    /// <summary>Reads the options.</summary>
    public static bool TryRead(IQueryCollection query, out ReadConsistency consistency, out TimeSpan? maxStaleness,
        out string problem)
    {
        (consistency, maxStaleness, problem) = (ReadConsistency.Linearizable, null, "");
        string? named = query["consistency"];
        switch (named)
        {
            case null or "linearizable":
                break;
            case "lease":
                consistency = ReadConsistency.Lease;
                break;
            case "stale":
                consistency = ReadConsistency.Stale;
                break;
            default:
                problem = $"consistency = {named}: it is linearizable (the default), lease or stale.";
                return false;
        }
        // If the option occurs more than once, the text is a list and not a number.
        string? bound = query["max-staleness"];
        if (bound is null)
            return true;
        if (consistency != ReadConsistency.Stale
            || !int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            problem = $"max-staleness = {bound}: it is one number of milliseconds, and goes with consistency=stale.";
            return false;
        }
        maxStaleness = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
