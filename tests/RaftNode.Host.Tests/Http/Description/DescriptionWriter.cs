using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using RaftNode.Host.Http;
using RaftNode.Host.Http.Description;

namespace RaftNode.Host.Tests.Http.Description;

/// <summary>Writes the description of what a node serves, from the metadata of its endpoints.</summary>
internal sealed class DescriptionWriter
{
    /// <summary>In the description: a parameter of the path may have slashes. OpenAPI has no word for that.</summary>
    public const string RestOfPath = "x-rest-of-path";

    private const string ProblemJson = "application/problem+json";
    private const string Introduction =
        "A node of a Raft group, with a linearizable key-value store. Any request can be sent to any node. Every "
        + "answer except 2xx and 304 has a problem document (RFC 9457). Requests that the server refuses before it "
        + "knows the operation are answered as the components Refused… say.";

    private readonly DocumentSchemas _schemas;

    private DescriptionWriter(DocumentSchemas schemas) => _schemas = schemas;

    /// <summary>Writes the description.</summary>
    public static JsonObject Write(IEnumerable<Endpoint> endpoints)
    {
        var comments = XmlComments.Load(Path.Combine(AppContext.BaseDirectory, "raftnode.xml"));
        return new DescriptionWriter(new DocumentSchemas(comments)).Document(endpoints.OfType<RouteEndpoint>());
    }

    private JsonObject Document(IEnumerable<RouteEndpoint> endpoints)
    {
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var operation = endpoint.Metadata.GetRequiredMetadata<Operation>();
            var role = endpoint.Metadata.GetRequiredMetadata<RequiredRole>().Role;
            var path = PathOf(endpoint.RoutePattern);
            if (!paths.TryGetValue(path, out var item))
                paths[path] = item = new JsonObject();
            // An endpoint that names no methods has all. Only GET is meant.
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                item![method.ToLowerInvariant()] = OperationOf(operation, endpoint.RoutePattern, method, role);
            }
        }
        var version = typeof(StatusDocument).Assembly.GetName().Version!;
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "raftnode",
                ["version"] = version.ToString(3),
                ["description"] = Introduction,
                ["license"] = new JsonObject { ["name"] = "Apache License 2.0", ["identifier"] = "Apache-2.0" },
            },
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = JsonNode.Parse("""
                    {
                      "bearer": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "A token of the file that raftnode.http.access.tokens names."
                      },
                      "mutualTLS": {
                        "type": "mutualTLS",
                        "description": "A certificate whose subject raftnode.http.access.certificates names."
                      }
                    }
                    """),
                ["responses"] = new JsonObject(ProblemTypes.OfAll.Concat(ProblemTypes.OfServer)
                    .Select(static problem => KeyValuePair.Create(
                        $"Refused{problem.Status}", (JsonNode?)ProblemAnswer([problem], isHead: false)))),
                ["schemas"] = Schemas(),
            },
        };
    }

    private JsonObject Schemas()
    {
        var schemas = _schemas.All();
        schemas.Insert(0, "Problem", JsonNode.Parse("""
            {
              "type": "object",
              "description": "Why a request was not done as asked (RFC 9457).",
              "required": [ "type", "title", "status", "detail" ],
              "properties": {
                "type": { "type": "string", "description": "The kind of the problem." },
                "title": { "type": "string", "description": "The kind of the problem, in words." },
                "status": { "type": "integer", "description": "The status of the answer." },
                "detail": { "type": "string", "description": "What is wrong here, and what to do." },
                "outcome": {
                  "description": "Of a write: not-done if it was certainly not done and will not be, else unknown.",
                  "enum": [ "not-done", "unknown" ]
                }
              }
            }
            """));
        return schemas;
    }

    private static string PathOf(RoutePattern pattern) =>
        pattern.RawText!.Replace("**", "", StringComparison.Ordinal);

    private JsonObject OperationOf(Operation operation, RoutePattern pattern, string method, Role role)
    {
        var isHead = HttpMethods.IsHead(method);
        var described = new JsonObject
        {
            ["tags"] = new JsonArray(operation.Tag),
            ["operationId"] = isHead ? $"{operation.Id}Head" : operation.Id,
            ["summary"] = isHead ? $"{operation.Summary} The answer has no body." : operation.Summary,
        };
        var needs = role == Role.Anyone
            ? ""
            : $"Where the node knows its clients, the client needs the role {role.ToString().ToLowerInvariant()}.";
        if (string.Join(' ', new[] { operation.Details, needs }.Where(static text => text.Length > 0)) is
            { Length: > 0 } details)
            described["description"] = details;
        if (role > Role.Anyone)
        {
            // The empty one is for nodes that do not know their clients.
            described["security"] = new JsonArray(
                new JsonObject(), new JsonObject { ["bearer"] = new JsonArray() },
                new JsonObject { ["mutualTLS"] = new JsonArray() });
        }
        if (operation.Parameters.Count > 0)
        {
            described["parameters"] = new JsonArray(
                operation.Parameters.Select(parameter => ParameterOf(parameter, pattern)).ToArray<JsonNode?>());
        }
        if (operation.Body is { } body)
            described["requestBody"] = BodyOf(body);
        IEnumerable<ProblemType> refusals = role == Role.Anyone
            ? []
            : [ProblemTypes.Unauthorized, ProblemTypes.Forbidden];
        if (!isHead && !HttpMethods.IsGet(method))
            refusals = refusals.Append(ProblemTypes.CrossSite);
        described["responses"] = Answers(operation, [.. refusals], isHead);
        return described;
    }

    private JsonObject Answers(Operation operation, IReadOnlyList<ProblemType> refusals, bool isHead)
    {
        var answers = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var answer in operation.Answers)
            answers[Text(answer.Status)] = AnswerOf(answer, isHead);
        foreach (var problems in operation.Problems.Concat(refusals).Concat(ProblemTypes.OfAll)
            .GroupBy(static type => type.Status))
            answers[Text(problems.Key)] = ProblemAnswer([.. problems], isHead);
        return new JsonObject(answers);
    }

    private JsonObject AnswerOf(Answer answer, bool isHead)
    {
        var described = new JsonObject { ["description"] = answer.Meaning };
        AddHeaders(described, answer.Headers);
        if (answer.ContentType.Length == 0 || isHead)
            return described;
        var content = new JsonObject();
        if (answer.Document is { } document)
            content["schema"] = _schemas.Reference(document, isWanted: false);
        described["content"] = new JsonObject { [answer.ContentType] = content };
        return described;
    }

    private static JsonObject ProblemAnswer(IReadOnlyList<ProblemType> problems, bool isHead)
    {
        var described = new JsonObject
        {
            ["description"] = string.Join('\n', problems.Select(
                static problem => $"- `urn:raftnode:{problem.Name}`: {problem.Meaning}")),
        };
        var headers = problems.SelectMany(static problem => problem.Headers).DistinctBy(static header => header.Name)
            .Select(header => header with
            {
                IsAlwaysThere = problems.All(problem => problem.Headers.Any(
                    own => own.Name == header.Name && own.IsAlwaysThere)),
            });
        AddHeaders(described, [.. headers]);
        if (isHead)
            return described;
        var types = new JsonArray(
            problems.Select(static problem => (JsonNode?)$"urn:raftnode:{problem.Name}").ToArray());
        described["content"] = new JsonObject
        {
            [ProblemJson] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
                        new JsonObject
                        {
                            ["properties"] = new JsonObject
                            {
                                ["type"] = new JsonObject { ["enum"] = types },
                                ["status"] = new JsonObject { ["const"] = problems[0].Status },
                            },
                        }),
                },
            },
        };
        return described;
    }

    private static void AddHeaders(JsonObject described, IReadOnlyList<AnswerHeader> headers)
    {
        if (headers.Count == 0)
            return;
        described["headers"] = new JsonObject(headers.Select(static header => KeyValuePair.Create(
            header.Name,
            (JsonNode?)new JsonObject
            {
                ["description"] = header.Meaning,
                ["required"] = header.IsAlwaysThere,
                ["schema"] = SchemaOf(header.Kind),
            })));
    }

    private static JsonObject ParameterOf(Parameter parameter, RoutePattern pattern)
    {
        var schema = SchemaOf(parameter.Kind);
        if (parameter.Values.Count > 0)
            schema["enum"] = new JsonArray(parameter.Values.Select(static value => (JsonNode?)value).ToArray());
        var described = new JsonObject
        {
            ["name"] = parameter.Name,
            ["in"] = parameter.Place.ToString().ToLowerInvariant(),
            ["description"] = parameter.Meaning,
            ["schema"] = schema,
        };
        if (parameter.Place == ParameterPlace.Path)
            described["required"] = true;
        if (parameter.Example.Length > 0)
        {
            described["example"] = parameter.Kind == ValueKind.Number
                ? long.Parse(parameter.Example, CultureInfo.InvariantCulture)
                : parameter.Example;
        }
        if (pattern.GetParameter(parameter.Name) is { IsCatchAll: true } && parameter.Place == ParameterPlace.Path)
            described[RestOfPath] = true;
        return described;
    }

    private JsonObject BodyOf(Body body)
    {
        var content = new JsonObject();
        if (body.Document is { } document)
            content["schema"] = _schemas.Reference(document, isWanted: true);
        if (body.Example.Length > 0)
            content["example"] = JsonNode.Parse(body.Example);
        return new JsonObject
        {
            ["description"] = body.Meaning,
            ["required"] = body.Document is not null,
            ["content"] = new JsonObject
            {
                [body.Document is null ? "application/octet-stream" : "application/json"] = content,
            },
        };
    }

    private static JsonObject SchemaOf(ValueKind kind) => kind == ValueKind.Number
        ? new JsonObject { ["type"] = "integer", ["minimum"] = 0 }
        : new JsonObject { ["type"] = "string" };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
