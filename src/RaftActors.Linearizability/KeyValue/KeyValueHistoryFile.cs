using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RaftActors.Linearizability.KeyValue;

/// <summary>
/// Reads and writes histories of a key-value store as text: one line an operation, each line one JSON object.
/// docs/history-format.md describes the format.
/// </summary>
public static class KeyValueHistoryFile
{
    /// <summary>Writes a history in the order of the calls.</summary>
    public static void Write(TextWriter writer, IEnumerable<Operation<KeyValueInput, KeyValueOutput>> history)
    {
        foreach (var operation in history.OrderBy(o => o.Call))
            writer.WriteLine(ToLine(operation));
    }

    /// <summary>Writes a history to a file. An existing file is replaced.</summary>
    public static void Write(string path, IEnumerable<Operation<KeyValueInput, KeyValueOutput>> history)
    {
        using var writer = new StreamWriter(path);
        Write(writer, history);
    }

    /// <summary>Reads a history. Empty lines are skipped.</summary>
    /// <exception cref="InvalidDataException">
    /// A line is not an operation. The message names the line and the error.
    /// </exception>
    public static IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> Read(TextReader reader)
    {
        var history = new List<Operation<KeyValueInput, KeyValueOutput>>();
        for (var number = 1; reader.ReadLine() is { } text; number++)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                history.Add(ToOperation(JsonSerializer.Deserialize(text, HistoryJson.Default.HistoryLine)
                    ?? throw new JsonException("null is not an operation.")));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"Line {number} is not an operation of a history: {e.Message}", e);
            }
        }
        return history;
    }

    /// <summary>Reads a history from a file.</summary>
    /// <exception cref="InvalidDataException">
    /// A line is not an operation. The message names the line and the error.
    /// </exception>
    public static IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> Read(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader);
    }

    private static string ToLine(Operation<KeyValueInput, KeyValueOutput> operation)
    {
        var (input, bytes) = (operation.Input, new ArrayBufferWriter<byte>());
        using (var json = new Utf8JsonWriter(bytes,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("client", operation.Client);
            json.WriteNumber("call", operation.Call);
            if (operation.Return is { } at)
                json.WriteNumber("return", at);
            else
                json.WriteNull("return");
            json.WriteString("kind", Name(input.Kind));
            json.WriteString("key", input.Key);
            if (input.Kind == KeyValueKind.CompareAndSet)
                json.WriteString("expected", input.Expected);
            if (input.Kind is KeyValueKind.Put or KeyValueKind.Create or KeyValueKind.CompareAndSet)
                json.WriteString("value", input.Value);
            WriteResult(json, operation);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteResult(Utf8JsonWriter json, Operation<KeyValueInput, KeyValueOutput> operation)
    {
        if (operation.IsUnknown)
        {
            json.WriteNull("result");
            return;
        }
        json.WriteStartObject("result");
        if (operation.Input.Kind == KeyValueKind.Get)
            json.WriteString("value", operation.Output!.Value);
        else
            json.WriteBoolean("done", operation.Output!.Done);
        if (operation.Output.Existed is { } existed)
            json.WriteBoolean("existed", existed);
        json.WriteEndObject();
    }

    private static Operation<KeyValueInput, KeyValueOutput> ToOperation(HistoryLine line)
    {
        var kind = Kind(line.Kind);
        if (kind is KeyValueKind.Put or KeyValueKind.Create && line.Value is null)
            throw new JsonException($"a {line.Kind} has a \"value\".");
        if (line.Return < line.Call)
            throw new JsonException("\"return\" is before \"call\".");
        if (line.Return is not null && line.Result is null)
            throw new JsonException("an operation that returned has a \"result\".");
        if (line.Return is not null && kind is KeyValueKind.Delete or KeyValueKind.CompareAndSet
            or KeyValueKind.Create && line.Result is { Done: null })
            throw new JsonException($"the result of a {line.Kind} has \"done\".");
        var output = line.Return is null
            ? null
            : new KeyValueOutput(line.Result!.Done ?? true, line.Result.Value, line.Result.Existed);
        return new Operation<KeyValueInput, KeyValueOutput>(line.Client, line.Call, line.Return,
            new KeyValueInput(kind, line.Key, line.Value, line.Expected), output);
    }

    private static string Name(KeyValueKind kind) => kind switch
    {
        KeyValueKind.Get => "get",
        KeyValueKind.Put => "put",
        KeyValueKind.Delete => "delete",
        KeyValueKind.CompareAndSet => "compare-and-set",
        _ => "create",
    };

    private static KeyValueKind Kind(string name) => name switch
    {
        "get" => KeyValueKind.Get,
        "put" => KeyValueKind.Put,
        "delete" => KeyValueKind.Delete,
        "compare-and-set" => KeyValueKind.CompareAndSet,
        "create" => KeyValueKind.Create,
        _ => throw new JsonException(
            $"\"{name}\" is no kind; the kinds are get, put, delete, compare-and-set, create."),
    };
}

/// <summary>A line of a history file.</summary>
internal sealed record HistoryLine(
    [property: JsonRequired] int Client,
    [property: JsonRequired] long Call,
    long? Return,
    [property: JsonRequired] string Kind,
    [property: JsonRequired] string Key,
    string? Value,
    string? Expected,
    HistoryResult? Result);

/// <summary>The result of an operation, in a line of a history file.</summary>
internal sealed record HistoryResult(bool? Done, string? Value, bool? Existed);

/// <summary>How lines are read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HistoryLine))]
internal sealed partial class HistoryJson : JsonSerializerContext;
