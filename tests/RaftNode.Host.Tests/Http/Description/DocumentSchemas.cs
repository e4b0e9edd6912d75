using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Http.Description;

/// <summary>The schemas of the JSON documents that a node writes and reads.</summary>
internal sealed class DocumentSchemas(XmlComments comments)
{
    private readonly Dictionary<string, Type> _types = [];
    private readonly Queue<Type> _open = [];
    private readonly HashSet<Type> _wanted = [];

    /// <summary>A reference to the schema of a document.</summary>
    /// <param name="type">The type of the document.</param>
    /// <param name="isWanted">Whether a client sends the document, and may leave properties out.</param>
    public JsonObject Reference(Type type, bool isWanted)
    {
        if (_types.TryAdd(type.Name, type))
            _open.Enqueue(type);
        if (isWanted)
            _wanted.Add(type);
        return new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    /// <summary>The schemas of all documents that were referred to, also of those within others.</summary>
    public JsonObject All()
    {
        var schemas = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        while (_open.TryDequeue(out var type))
            schemas[type.Name] = Schema(type);
        return new JsonObject(schemas);
    }

    private JsonObject Schema(Type type)
    {
        var exporter = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) =>
                context.Path.Length > 0 && IsDocument(context.TypeInfo.Type)
                    ? Within(node, Reference(context.TypeInfo.Type, _wanted.Contains(type)))
                    : node,
        };
        var schema = HostJson.Default.Options.GetJsonSchemaAsNode(type, exporter).AsObject();
        schema["type"] = "object";
        schema["description"] = comments.Of(type);
        var required = new JsonArray();
        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            property!.AsObject().Insert(0, "description", comments.Of(type, name));
            property.AsObject().Remove("default");
            if (_wanted.Contains(type) ? IsRequired(type, name) : !MayBeMissing(type, name))
                required.Add(name);
        }
        schema["required"] = required;
        return schema;
    }

    // The document may be null if the node says so.
    private static JsonObject Within(JsonNode node, JsonObject reference) =>
        node["type"] is JsonArray types && types.Any(static type => (string?)type == "null")
            ? new JsonObject { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) }
            : reference;

    private static bool IsDocument(Type type) =>
        type.Namespace == typeof(StatusDocument).Namespace && type is { IsClass: true, IsGenericType: false };

    // A node leaves out what is null, if the document says so.
    private static bool MayBeMissing(Type type, string name) => XmlComments.PropertyOf(type, name)
        .GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false).Length > 0;

    // A client may leave out what has a default, or may be null.
    private static bool IsRequired(Type type, string name)
    {
        var property = XmlComments.PropertyOf(type, name);
        var parameter = type.GetConstructors().SelectMany(static constructor => constructor.GetParameters())
            .First(parameter => parameter.Name == property.Name);
        return !parameter.HasDefaultValue
            && new NullabilityInfoContext().Create(parameter).WriteState != NullabilityState.Nullable;
    }
}
