namespace RaftNode.Host.Tests.Http.Description;

/// <summary>Holds every answer that a spec gets to the description of what a node serves.</summary>
internal sealed class DescribedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        string? body = null;
        if (type.EndsWith("json", StringComparison.Ordinal))
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            body = await response.Content.ReadAsStringAsync(cancellationToken);
        }
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            static header => header.Key, static header => string.Join(", ", header.Value),
            StringComparer.OrdinalIgnoreCase);
        var answer = new ObservedAnswer(request.Method.Method, request.RequestUri!.AbsolutePath,
            (int)response.StatusCode, headers, type, body);
        if (HttpDescription.Committed.ProblemOf(answer) is { } problem)
        {
            response.Dispose();
            Assert.Fail($"{problem} docs/openapi.json must say what a node serves.");
        }
        return response;
    }
}
