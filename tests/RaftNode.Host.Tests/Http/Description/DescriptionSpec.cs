using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http.Description;

/// <summary>The description of what a node serves, docs/openapi.json. RAFT_APPROVE=1 writes it anew.</summary>
public sealed class DescriptionSpec
{
    // As few characters as possible are escaped: people read the file, too.
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string InOutput => Path.Combine(AppContext.BaseDirectory, "docs", "openapi.json");

    [Fact]
    public async Task The_description_is_what_the_endpoints_say_and_a_node_serves_it()
    {
        using var directory = new TemporaryDirectory();
        await using var node = await OneNode.StartAsync(directory);
        Assert.All(node.Endpoints, static endpoint =>
            Assert.True(endpoint.Metadata.GetMetadata<Operation>() is not null,
                $"{((RouteEndpoint)endpoint).RoutePattern.RawText} is not described: add Describe."));

        var written = DescriptionWriter.Write(node.Endpoints).ToJsonString(Indented) + "\n";

        if (Environment.GetEnvironmentVariable("RAFT_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(Source(), written);
            return;
        }
        Assert.Equal(await File.ReadAllTextAsync(InOutput), written);
        using var http = new HttpClient();
        Assert.Equal(written, await http.GetStringAsync($"{node.Settings.Http.Url}/openapi.json"));
    }

    [Fact]
    public void The_description_is_OpenAPI_without_an_error()
    {
        var read = OpenApiDocument.Parse(File.ReadAllText(InOutput), "json");

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        var operations = read.Document!.Paths.SelectMany(static path => path.Value.Operations!.Values).ToList();
        Assert.True(operations.Count > 20);
        Assert.Equal(operations.Count, operations.DistinctBy(static operation => operation.OperationId).Count());
        Assert.All(operations, static operation =>
        {
            Assert.EndsWith(".", operation.Summary);
            Assert.All(operation.Parameters ?? [], static parameter => Assert.NotEmpty(parameter.Description!));
            Assert.All(operation.Responses!, static answer => Assert.NotEmpty(answer.Value.Description!));
        });
    }

    [Fact]
    public void Every_parameter_of_a_path_is_described() =>
        Assert.All(Committed()["paths"]!.AsObject(), static path =>
        {
            var names = path.Key.Split('/').Where(static part => part.StartsWith('{')).Select(part => part[1..^1]);
            Assert.All(path.Value!.AsObject(), operation => Assert.Equal(
                names,
                (operation.Value!["parameters"]?.AsArray() ?? new JsonArray())
                    .Where(static one => (string?)one!["in"] == "path")
                    .Select(static one => (string?)one!["name"])));
        });

    [Theory]
    [InlineData("GET", "/kv/a/b", 200, "application/octet-stream", "", "the header ETag is missing")]
    [InlineData("GET", "/nowhere", 200, "text/plain", "", "it is not described")]
    [InlineData("GET", "/status", 404, "application/problem+json", "{}", "it is not described")]
    [InlineData("GET", "/health/live", 202, "text/plain", "", "it is not described")]
    [InlineData("GET", "/health/live", 200, "text/html", "", "its Content-Type is 'text/html', and not text/plain")]
    [InlineData("GET", "/snapshot", 200, "application/json", "{}", "it is not described")]
    [InlineData("POST", "/snapshot", 200, "application/json", "{", "its body is not JSON")]
    [InlineData("POST", "/snapshot", 200, "application/json", """{ "index": 1, "term": 1 }""", "bytes")]
    [InlineData("POST", "/snapshot", 200, "application/json", """{ "index": "1", "term": 1, "bytes": 1 }""", "/index")]
    [InlineData("POST", "/snapshot", 200, "application/json",
        """{ "index": 1, "term": 1, "bytes": 1, "x": 1 }""", "/x")]
    [InlineData("PUT", "/sessions/7", 204, "text/plain", "", "it has a body")]
    [InlineData("POST", "/snapshot", 500, "application/problem+json",
        """{ "type": "urn:raftnode:other", "title": "", "status": 500, "detail": "" }""", "/type")]
    [InlineData("POST", "/snapshot", 500, "application/problem+json",
        """{ "type": "urn:raftnode:internal", "title": "", "status": 501, "detail": "" }""", "/status")]
    [InlineData("HEAD", "/status", 200, "application/json", "{}", "it has a body")]
    public void An_answer_that_is_not_as_described_is_found(
        string method, string path, int status, string type, string body, string problem) =>
        Assert.Contains(problem,
            HttpDescription.Committed.ProblemOf(new ObservedAnswer(method, path, status, None, type, body)));

    [Theory]
    [InlineData("POST", "/snapshot", 200, "application/json", """{ "index": 1, "term": 1, "bytes": 1 }""")]
    [InlineData("GET", "/health/live/", 200, "text/plain", null)]
    [InlineData("PUT", "/sessions/7", 204, "", null)]
    [InlineData("POST", "/snapshot", 500, "application/problem+json",
        """{ "type": "urn:raftnode:internal", "title": "", "status": 500, "detail": "", "outcome": "unknown" }""")]
    public void An_answer_that_is_as_described_is_none(
        string method, string path, int status, string type, string? body) =>
        Assert.Null(HttpDescription.Committed.ProblemOf(new ObservedAnswer(method, path, status, None, type, body)));

    private static readonly Dictionary<string, string> None = [];

    private static JsonObject Committed() => JsonNode.Parse(File.ReadAllText(InOutput))!.AsObject();

    // The file in the sources, which is above the output in some directory.
    private static string Source()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "docs", "openapi.json");
    }
}
