using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace RaftNode.Host.Tests.Http.Description;

/// <summary>The description of what a node serves (docs/openapi.json), to which answers are held.</summary>
internal sealed class HttpDescription
{
    private static readonly Lazy<HttpDescription> Own = new(static () => new HttpDescription(
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "openapi.json")))!.AsObject()));

    private readonly JsonObject _document;
    private readonly JsonObject _definitions;
    private readonly List<(Regex Path, JsonObject Item)> _paths;
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    public HttpDescription(JsonObject document)
    {
        _document = document;
        _definitions = Strict(document["components"]!["schemas"]!).AsObject();
        // Paths without parameters first: they are meant where both kinds match.
        _paths = [.. document["paths"]!.AsObject()
            .OrderBy(static path => path.Key.Contains('{', StringComparison.Ordinal))
            .Select(static path => (PatternOf(path.Key, path.Value!.AsObject()), path.Value!.AsObject()))];
    }

    /// <summary>The committed description.</summary>
    public static HttpDescription Committed => Own.Value;

    /// <summary>Finds out what in an answer is not as the description says.</summary>
    /// <param name="answer">The answer.</param>
    /// <returns>A sentence; <c>null</c> if all is as described.</returns>
    public string? ProblemOf(ObservedAnswer answer)
    {
        var wrong = DescribedAnswer(answer) is { } described ? ProblemOf(answer, described) : "it is not described";
        return wrong is null ? null : $"{answer.Method} {answer.Path} was answered {answer.Status}: {wrong}.";
    }

    private JsonObject? DescribedAnswer(ObservedAnswer answer)
    {
        var item = _paths.FirstOrDefault(path => path.Path.IsMatch(answer.Path)).Item;
        var operation = item?[answer.Method.ToLowerInvariant()] as JsonObject;
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        if (operation?["responses"]?[status] is JsonObject own)
            return own;
        // A path that there is, is not answered as one that there is not; likewise a method.
        var possible = answer.Status switch
        {
            404 => item is null,
            405 => item is not null && operation is null,
            _ => true,
        };
        return possible ? _document["components"]!["responses"]![$"Refused{status}"] as JsonObject : null;
    }

    private string? ProblemOf(ObservedAnswer answer, JsonObject described)
    {
        foreach (var (name, header) in described["headers"]?.AsObject() ?? new JsonObject())
        {
            if (answer.Headers.TryGetValue(name, out var value))
            {
                if ((string?)header!["schema"]!["type"] == "integer" && !long.TryParse(value, out _))
                    return $"the header {name} is '{value}', and not a number";
            }
            else if ((bool)header!["required"]!)
                return $"the header {name} is missing";
        }
        // The answer to HEAD has the headers of the answer to GET, and no body.
        if (answer.Method == "HEAD")
            return answer.Body is { Length: > 0 } ? "it has a body" : null;
        if (described["content"]?.AsObject() is not { } content)
            return answer.ContentType.Length > 0 || answer.Body is { Length: > 0 } ? "it has a body" : null;
        if (content[answer.ContentType] is not { } media)
        {
            var types = string.Join(" or ", content.Select(static type => type.Key));
            return $"its Content-Type is '{answer.ContentType}', and not {types}";
        }
        return media["schema"] is { } schema ? ProblemOfJson(answer.Body ?? "", schema) : null;
    }

    private string? ProblemOfJson(string body, JsonNode schema)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            return $"its body is not JSON: {e.Message}";
        }
        using (json)
        {
            var result = SchemaOf(schema).Evaluate(
                json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
            if (result.IsValid)
                return null;
            var errors = (result.Details ?? []).Where(static detail => detail.Errors is { Count: > 0 })
                .Select(static detail => $"at '{detail.InstanceLocation}': {string.Join(", ", detail.Errors!.Values)}");
            return $"its body is not as described: {string.Join("; ", errors)}\n{body}";
        }
    }

    private JsonSchema SchemaOf(JsonNode schema)
    {
        var text = schema.ToJsonString();
        lock (_schemas)
        {
            if (_schemas.TryGetValue(text, out var known))
                return known;
            var whole = new JsonObject
            {
                ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
                ["$defs"] = _definitions.DeepClone(),
                ["allOf"] = new JsonArray(schema.DeepClone()),
            };
            var local = whole.ToJsonString()
                .Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
            return _schemas[text] = JsonSchema.FromText(
                local, new BuildOptions { SchemaRegistry = new SchemaRegistry() });
        }
    }

    // Clients must ignore properties that they do not know. A node must not write one that is not described.
    private static JsonNode Strict(JsonNode schemas)
    {
        var strict = schemas.DeepClone();
        foreach (var (_, schema) in strict.AsObject())
            schema!["additionalProperties"] = false;
        return strict;
    }

    // As routing reads it: without regard to case, with or without a slash at the end.
    private static Regex PatternOf(string path, JsonObject item)
    {
        var takesRest = item.Select(static operation => operation.Value!["parameters"]?.AsArray() ?? new JsonArray())
            .Any(static parameters => parameters.Any(static one => one![DescriptionWriter.RestOfPath] is not null));
        var pattern = Regex.Replace(path, "/\\{[^}]+\\}", takesRest ? "(/.*)?" : "/[^/]+");
        return new Regex($"^{pattern}/?$", RegexOptions.IgnoreCase | RegexOptions.Singleline);
    }
}

/// <summary>An answer as a client saw it.</summary>
/// <param name="Method">The method of the request.</param>
/// <param name="Path">The path of the request, without the query.</param>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers, without regard to case.</param>
/// <param name="ContentType">The type of the body without parameters; empty if there is none.</param>
/// <param name="Body">The body if it is JSON; otherwise <c>null</c>.</param>
internal sealed record ObservedAnswer(
    string Method, string Path, int Status, IReadOnlyDictionary<string, string> Headers, string ContentType,
    string? Body);
