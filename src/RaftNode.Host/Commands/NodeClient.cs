using System.Globalization;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Commands.Checks;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary>Sends the commands' requests over HTTP, to the first node that can be reached.</summary>
internal sealed class NodeClient : IDisposable
{
    /// <summary>What to say when no node could be reached.</summary>
    public const string NoneReachable = "no node can be reached";

    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;

    /// <summary>Makes a client.</summary>
    /// <param name="nodes">The nodes, as http://host:port or https://host:port. They are tried in this order.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="credentials">By what nodes are known, and how the client proves who it is.</param>
    /// <exception cref="NodeStartException">
    /// A node is not given as a URL, or a token would be sent to another machine without TLS.
    /// </exception>
    public NodeClient(IEnumerable<string> nodes, TimeSpan timeout, NodeCredentials? credentials = null)
    {
        Nodes = [.. nodes.Select(Parse)];
        if (credentials?.Authorization is not null
            && Nodes.FirstOrDefault(static node => node.Scheme == Uri.UriSchemeHttp && !node.IsLoopback) is { } open)
        {
            throw new NodeStartException($"{open.GetLeftPart(UriPartial.Authority)} has no TLS, so that anybody on the "
                + "way could read the token: use https, or an address of this machine");
        }
        // Less than the time for an answer. When that time is over, it is too late to find out whether the request was
        // sent.
        var connecting = timeout / 2 < LongestConnecting ? timeout / 2 : LongestConnecting;
        _http = NodeConnection.Client(connecting, timeout, credentials);
    }

    /// <summary>The nodes, in the order in which they are tried.</summary>
    public IReadOnlyList<Uri> Nodes { get; }

    /// <summary>The number of the group that is asked about; <c>null</c> for the only one.</summary>
    public int? Group { get; init; }

    /// <summary>Sends a request about a key to the first node that accepts a connection.</summary>
    /// <returns>The answer; <c>null</c> if no node could be reached.</returns>
    /// <exception cref="HttpRequestException">
    /// A node was reached, but the connection broke before it answered.
    /// </exception>
    public Task<HttpResponseMessage?> SendAsync(HttpMethod method, string key, ReadOnlyMemory<byte>? body = null,
        (string Name, string Value)? header = null) =>
        SendToFirstAsync(node =>
            Request(method, KeyUri(node, key), body is { } bytes ? new ReadOnlyMemoryContent(bytes) : null, header));

    /// <summary>Asks the first node that can be reached for a transfer of the leadership.</summary>
    /// <param name="target">The next leader; <c>null</c> for the most suitable member.</param>
    /// <returns>The answer; <c>null</c> if no node could be reached.</returns>
    public Task<HttpResponseMessage?> TransferAsync(string? target) =>
        SendToAsync(HttpMethod.Post,
            InGroup(target is null ? "/leader/transfer" : $"/leader/transfer?to={Uri.EscapeDataString(target)}"));

    /// <summary>Asks the first node that can be reached to take a snapshot.</summary>
    /// <returns>The answer; <c>null</c> if no node could be reached.</returns>
    public Task<HttpResponseMessage?> SnapshotAsync() => SendToAsync(HttpMethod.Post, InGroup("/snapshot"));

    /// <summary>A path with the number of the group that is asked about, if there is one.</summary>
    public string InGroup(string path) => Group is { } group
        ? string.Create(CultureInfo.InvariantCulture, $"{path}{(path.Contains('?') ? '&' : '?')}group={group}")
        : path;

    /// <summary>Asks the first node that can be reached for a backup.</summary>
    /// <returns>The answer, whose body has not been read yet; <c>null</c> if no node could be reached.</returns>
    public Task<HttpResponseMessage?> BackupAsync(CancellationToken cancellation) =>
        SendToFirstAsync(node => Request(HttpMethod.Get, new Uri(node, "/backup")),
            HttpCompletionOption.ResponseHeadersRead, cancellation);

    /// <summary>Asks the first node that can be reached for other members.</summary>
    /// <param name="wanted">All of them.</param>
    /// <param name="tag">
    /// The ETag of the configuration that is to be changed; the node refuses when there is another one.
    /// </param>
    /// <returns>The answer, or <c>null</c> when no node can be reached.</returns>
    public Task<HttpResponseMessage?> ChangeMembersAsync(WantedMembersDocument wanted, string tag) =>
        SendToFirstAsync(node =>
        Request(HttpMethod.Put, new Uri(node, InGroup("/members")),
            JsonContent.Create(wanted, HostJson.Default.WantedMembersDocument), ("If-Match", tag)));

    /// <summary>Asks the first node that can be reached for a lease.</summary>
    /// <param name="name">The name of the lease.</param>
    /// <param name="wanted">Who asks, for how long.</param>
    /// <returns>The answer, or <c>null</c> when no node can be reached.</returns>
    public Task<HttpResponseMessage?> PutLeaseAsync(string name, WantedLeaseDocument wanted) =>
        SendToFirstAsync(node => Request(
            HttpMethod.Put,
            PathUri(node, PathName.Lease.PathTo(name)),
            JsonContent.Create(wanted, HostJson.Default.WantedLeaseDocument)));

    /// <summary>The leader according to the answer to a transfer.</summary>
    public static async Task<LeaderDocument> LeaderAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync(HostJson.Default.LeaderDocument)
            ?? throw new HttpRequestException("the node answered nothing");

    /// <summary>
    /// Sends a request that has no content and is not about a key to the first node that accepts a connection.
    /// </summary>
    /// <returns>The answer; <c>null</c> if no node could be reached.</returns>
    /// <exception cref="HttpRequestException">
    /// A node was reached, but the connection broke before it answered.
    /// </exception>
    public Task<HttpResponseMessage?> SendToAsync(HttpMethod method, string path) =>
        SendToFirstAsync(node => Request(method, PathUri(node, path)));

    /// <summary>The snapshot according to a node's answer.</summary>
    public static async Task<SnapshotDocument> SnapshotAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync(HostJson.Default.SnapshotDocument)
            ?? throw new HttpRequestException("the node answered nothing");

    /// <summary>Asks a node for server-sent events.</summary>
    /// <param name="node">The node.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="lastId">The id of the last event that was received; empty if there was none.</param>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    /// <returns>The answer, whose body has not been read yet.</returns>
    public async Task<HttpResponseMessage> OpenEventsAsync(
        Uri node, string path, string lastId, CancellationToken cancellation)
    {
        (string, string)? header = lastId.Length > 0 ? ("Last-Event-ID", lastId) : null;
        using var request = Request(HttpMethod.Get, PathUri(node, path), header: header);
        try
        {
            return await SendAsync(node, request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw NoTls(node, e);
        }
    }

    /// <summary>Asks every node for its status.</summary>
    public async Task<IReadOnlyList<(Uri Node, StatusDocument? Status, string? Problem)>> StatusAsync() =>
        await Task.WhenAll(Nodes.Select(StatusAsync));

    /// <summary>Asks every node for its status, and looks at its clock.</summary>
    /// <returns>What the nodes said; <c>null</c> for a node that did not answer.</returns>
    public async Task<IReadOnlyList<HeardNode?>> HearAsync() => await Task.WhenAll(Nodes.Select(HearAsync));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The URL of a key: all but unreserved characters and slashes are percent-encoded.</summary>
    internal static Uri KeyUri(Uri node, string key) => PathUri(node, PathName.Key.PathTo(key));

    // Sent as it is: a name may have what a URL would have changed.
    private static Uri PathUri(Uri node, string path) =>
        new(node.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    // The connection has a time limit of its own. It fails like any other failure to connect. The handler's limit would
    // look like a late answer.
    private static HttpRequestMessage Request(HttpMethod method, Uri uri, HttpContent? content = null,
        (string Name, string Value)? header = null)
    {
        var request = new HttpRequestMessage(method, uri) { Content = content };
        if (header is { } condition)
            request.Headers.TryAddWithoutValidation(condition.Name, condition.Value);
        return request;
    }

    // A node that speaks the other one of http and https is a failure to connect: it has done nothing.
    private async Task<HttpResponseMessage> SendAsync(Uri node, HttpRequestMessage request,
        HttpCompletionOption completion, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, completion, cancellation);
        }
        catch (HttpRequestException e) when (e.InnerException is not SocketException
            && e.GetBaseException() is not NodeCertificateException)
        {
            if (await NodeScheme.FindAsync(node, cancellation) is { } wrong)
                throw new HttpRequestException(HttpRequestError.SecureConnectionError, wrong.Message, wrong);
            throw;
        }
    }

    // Each node gets a request of its own, because a request and its content can be sent only once.
    private async Task<HttpResponseMessage?> SendToFirstAsync(
        Func<Uri, HttpRequestMessage> requestTo,
            HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
            CancellationToken cancellation = default)
    {
        foreach (var node in Nodes)
        {
            using var request = requestTo(node);
            try
            {
                return await SendAsync(node, request, completion, cancellation);
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException
                && e.HttpRequestError is (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError))
            {
                // Nothing was sent, so the next node may be tried, even with a write.
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
            {
                // Nothing was sent. Another node would hide that this one, or the command, is not set up well.
                throw NoTls(node, e);
            }
        }
        return null;
    }

    private async Task<(Uri Node, StatusDocument? Status, string? Problem)> StatusAsync(Uri node)
    {
        try
        {
            using var response = await GetStatusAsync(node);
            return response.IsSuccessStatusCode
                ? (node, await response.Content.ReadFromJsonAsync(HostJson.Default.StatusDocument), null)
                : (node, null, (await ProblemAsync(response)).Detail);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            var problem = e is TaskCanceledException ? "no answer in time"
                : e.InnerException is SocketException ? "not reachable"
                : e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } ? TlsProblem(e)
                : e.Message;
            return (node, null, problem);
        }
    }

    private async Task<HttpResponseMessage> GetStatusAsync(Uri node)
    {
        using var request = Request(HttpMethod.Get, new Uri(node, InGroup("/status")));
        return await SendAsync(node, request, HttpCompletionOption.ResponseContentRead, CancellationToken.None);
    }

    // A node says the time in whole seconds, cut off: on average it is half a second later.
    private async Task<HeardNode?> HearAsync(Uri node)
    {
        try
        {
            var (sent, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            using var response = await GetStatusAsync(node);
            var roundTrip = Stopwatch.GetElapsedTime(started);
            var status = response.IsSuccessStatusCode
                ? await response.Content.ReadFromJsonAsync(HostJson.Default.StatusDocument)
                : null;
            var time = response.Headers.Date ?? throw new HttpRequestException($"{node} does not say the time");
            var offset = time + TimeSpan.FromMilliseconds(500) - (sent + (roundTrip / 2));
            return new HeardNode(status?.Node ?? node.Authority, offset, roundTrip, status);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What an answer says of why the request was not done.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="exitCode">The exit code that follows.</param>
    public static async Task<CommandException> FailureAsync(
        HttpResponseMessage response, int exitCode = ExitCode.NotDone)
    {
        var problem = await ProblemAsync(response);
        return new CommandException(problem.Detail, exitCode, problem.Type);
    }

    /// <summary>The problem body of an answer, with its detail in a sentence.</summary>
    public static async Task<ProblemDocument> ProblemAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        try
        {
            var problem = JsonSerializer.Deserialize(body, HostJson.Default.ProblemDocument);
            if (problem is { Detail.Length: > 0 })
                return problem with { Type = problem.Type ?? CommandException.Untyped };
        }
        catch (JsonException)
        {
            // The answer has no problem body, so use the status code.
        }
        return new ProblemDocument(CommandException.Untyped, body.Length is > 0 and < 200
            ? Encoding.UTF8.GetString(body).Trim()
            : $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private static NodeStartException NoTls(Uri node, Exception failure) =>
        new($"{node.GetLeftPart(UriPartial.Authority)}: {TlsProblem(failure)}", failure);

    private static string TlsProblem(Exception failure) => failure.GetBaseException() switch
    {
        NodeSchemeException wrong => wrong.Message,
        NodeCertificateException refused =>
            $"no TLS connection: {refused.Message}; --cacert names the file with the certificate authorities",
        var other => $"no TLS connection: {other.Message.TrimEnd('.')}; does the node serve https, and does it want a "
            + "certificate (--cert)?",
    };

    private static Uri Parse(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute,
            out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw new NodeStartException(
                $"{text} is not the URL of a node, such as http://127.0.0.1:8081 or https://node1:8081");
}
