using System.Globalization;
using Microsoft.AspNetCore.Http;
using RaftActors.Log;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// The header <c>Idempotency-Key</c> of a write: <c>"SESSION-NUMBER"</c>. SESSION is a session that <c>POST
/// /sessions</c> opened, and NUMBER is the number of the write in it. If a write is sent again with the same key,
/// through any node, it is not done again. The answer is that of the first time.
/// </summary>
/// <param name="maxResponses">How many responses of a session the group remembers.</param>
/// <param name="groups">Over which groups the keys are spread. A session is in one of them.</param>
internal sealed class IdempotencyKey(int maxResponses, GroupLayout groups)
{
    private const string Header = "Idempotency-Key";
    private const int LargestWindow = 64;

    /// <summary>
    /// How many numbers, up to the highest one used, may be sent again. The answers to earlier ones are forgotten.
    /// </summary>
    public int Window { get; } = Math.Min(LargestWindow, maxResponses);

    /// <summary>Reads the header.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="group">The group that has the key which is written.</param>
    /// <param name="session">The session and number; <c>null</c> without the header.</param>
    /// <param name="problem">What is wrong with the header.</param>
    public bool TryRead(IHeaderDictionary headers, int group, out SessionStamp? session, out string problem)
    {
        session = null;
        problem = "";
        if (!headers.TryGetValue(Header, out var values))
            return true;
        if (values is [{ } text] && TryParse(text.Trim(), out var id, out var number))
        {
            var (own, inGroup) = groups.SessionOf(id);
            if (own != group)
            {
                problem = $"The session {id} is for the keys of group {own}, and this key is in group {group}. A "
                    + "session is in one group: open another one with POST /sessions?key=KEY.";
                return false;
            }
            session = new SessionStamp(inGroup, number, Math.Max(1, number - Window + 1));
            return true;
        }
        problem = "Idempotency-Key is \"SESSION-NUMBER\": the number of a session that POST /sessions opened, "
            + "a hyphen, and a number from 1 on for this write alone.";
        return false;
    }

    private static bool TryParse(string text, out long session, out long number)
    {
        session = number = 0;
        if (text.Length > 1 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        var dash = text.IndexOf('-');
        return dash > 0
            && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out session)
                && session > 0
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number)
                && number > 0;
    }
}
