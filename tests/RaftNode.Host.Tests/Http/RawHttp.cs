using System.Net.Sockets;
using System.Text;
using RaftNode.Host.Tests.Http.Description;

namespace RaftNode.Host.Tests.Http;

/// <summary>
/// Sends bytes as they are and reads the one answer: no client library mends what is wrong with them.
/// </summary>
internal static class RawHttp
{
    /// <summary>Sends a request and reads until the server closes the connection.</summary>
    /// <param name="url">The node.</param>
    /// <param name="request">The request, which asks for the connection to be closed.</param>
    public static async Task<RawAnswer> SendAsync(string url, string request)
    {
        var node = new Uri(url);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new TcpClient();
        await socket.ConnectAsync(node.Host, node.Port, limit.Token);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // A server that does not read all of a request resets the connection behind its answer.
        }
        var parsed = RawAnswer.Parse(Encoding.UTF8.GetString(answer.ToArray()));
        if (parsed.Status > 0)
            Assert.Null(HttpDescription.Committed.ProblemOf(Observed(request, parsed)));
        return parsed;
    }

    private static ObservedAnswer Observed(string request, RawAnswer answer)
    {
        var line = request.Split("\r\n")[0].Split(' ');
        var type = answer.Headers.GetValueOrDefault("Content-Type", "").Split(';')[0];
        return new ObservedAnswer(
            line[0], PathOf(line.ElementAtOrDefault(1) ?? ""), answer.Status, answer.Headers, type, answer.Body);
    }

    // Of a target that is not a path, and of one with dot segments, the server sees this path. Where dot segments lead
    // to the page at /, nothing is served.
    private static string PathOf(string target) =>
        Resolved(target) is var path && path == "/" && target.TrimEnd('/').Length > 0 ? "/.." : path;

    private static string Resolved(string target) =>
        Uri.TryCreate(new Uri("http://node"), target, out var uri) ? uri.AbsolutePath : target;

    /// <summary>Makes a request.</summary>
    public static string Request(string method, string target, string headers = "", string body = "")
    {
        var length = body.Length > 0 || method is "PUT" or "POST" ? $"Content-Length: {body.Length}\r\n" : "";
        return $"{method} {target} HTTP/1.1\r\nHost: node\r\nConnection: close\r\n{length}{headers}\r\n{body}";
    }
}

/// <summary>An answer.</summary>
/// <param name="Status">The status; 0 when there was none.</param>
/// <param name="Headers">The headers, each name once.</param>
/// <param name="Body">The body.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static RawAnswer Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return new RawAnswer(0, new Dictionary<string, string>(), text);
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(static line => line.Split(':', 2)).ToDictionary(
            static parts => parts[0], static parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = text[(end + 4)..];
        if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
            body = Unchunk(body);
        return new RawAnswer(int.Parse(lines[0].Split(' ')[1]), headers, body);
    }

    private static string Unchunk(string chunks)
    {
        var text = "";
        while (chunks.Length > 0)
        {
            var line = chunks.IndexOf("\r\n", StringComparison.Ordinal);
            var length = Convert.ToInt32(chunks[..line], 16);
            text += chunks.Substring(line + 2, length);
            chunks = length == 0 ? "" : chunks[(line + 2 + length + 2)..];
        }
        return text;
    }
}
