using System.CommandLine;
using System.Net;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode get</c>, <c>put</c> and <c>delete</c>: read and write one key of a running cluster.</summary>
internal static class KeyCommands
{
    private static readonly Argument<string> Key = new("KEY") { Description = "The key." };

    /// <summary>The value for <c>raftnode put</c>.</summary>
    public static readonly Argument<string?> Value = new("VALUE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The value, as text. With \"-\" the command reads the value from standard input, byte for byte.",
    };

    private static readonly Option<string?> IfMatch = new("--if-match")
    {
        HelpName = "VERSION",
        Description = "Changes the key only if its value has this version (the ETag, without quotes). "
            + "With \"*\" the key must have some value.",
    };

    /// <summary>Makes <c>raftnode get</c>.</summary>
    public static Command CreateGet()
    {
        var output = new Option<string?>("--output", "-o")
        {
            HelpName = "FILE",
            Description = "The file for the value. The default is standard output.",
        };
        var command = new Command("get", "Prints a key's value, byte for byte.") { Key, output, NodeOptions.Connection,
            NodeOptions.Timeout };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            return await SendAsync(client, HttpMethod.Get, parsed.GetValue(Key)!, null, null,
                response => WriteValueAsync(parsed, response, parsed.GetValue(output)));
        });
        return command;
    }

    /// <summary>Makes <c>raftnode put</c>.</summary>
    public static Command CreatePut()
    {
        var file =
            new Option<string?>("--file", "-f") { HelpName = "FILE", Description = "The file that holds the value." };
        var create = new Option<bool>("--create") { Description = "Puts the value only if the key has none." };
        var command = new Command("put", "Gives a key a value, and prints the version of the value.")
        {
            Key, Value, file, create, IfMatch, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.Validators.Add(result =>
        {
            // Not their parsed values: an option that was given without its argument has none.
            if (result.GetResult(Value) is { Tokens.Count: > 0 } == result.GetResult(file) is { Implicit: false })
                result.AddError("Give either VALUE or --file.");
            if (result.GetResult(create) is { Implicit: false } && result.GetResult(IfMatch) is { Implicit: false })
                result.AddError("--create and --if-match exclude each other.");
        });
        command.SetAction(async (parsed, _) =>
        {
            var body = await ReadValueAsync(parsed.GetValue(Value), parsed.GetValue(file));
            using var client = NodeOptions.Client(parsed);
            var method = parsed.GetValue(create) ? HttpMethod.Post : HttpMethod.Put;
            return await SendAsync(client, method, parsed.GetValue(Key)!, body, Condition(parsed.GetValue(IfMatch)),
                response => PrintVersionAsync(parsed, response));
        });
        return command;
    }

    /// <summary>Makes <c>raftnode delete</c>.</summary>
    public static Command CreateDelete()
    {
        var command = new Command("delete", "Deletes a key's value.")
        {
            Key, IfMatch, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            return await SendAsync(client, HttpMethod.Delete, parsed.GetValue(Key)!, null,
                Condition(parsed.GetValue(IfMatch)), response => PrintDeletedAsync(parsed, response));
        });
        return command;
    }

    private static (string Name, string Value)? Condition(string? version) => version switch
    {
        null => null,
        "*" => ("If-Match", "*"),
        _ => ("If-Match", $"\"{version.Trim('"')}\""),
    };

    private static async Task<byte[]> ReadValueAsync(string? value, string? file)
    {
        try
        {
            if (file is not null)
                return await File.ReadAllBytesAsync(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"{file} cannot be read: {e.Message}", e);
        }
        if (value != "-")
            return System.Text.Encoding.UTF8.GetBytes(value!);
        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task WriteValueAsync(ParseResult parsed, HttpResponseMessage response, string? file)
    {
        if (file is not null || !CommandOutput.IsJson(parsed))
            await CopyValueAsync(response, file);
        if (!CommandOutput.IsJson(parsed))
            return;
        var value = file is null ? await response.Content.ReadAsByteArrayAsync() : null;
        var document = new ValueDocument(parsed.GetValue(Key)!, response.Headers.ETag?.Tag, value, file);
        await CommandOutput.WriteAsync(parsed, document, CommandJson.Lines.ValueDocument);
    }

    private static async Task CopyValueAsync(HttpResponseMessage response, string? file)
    {
        // The whole value has arrived, so what fails below is the writing.
        await using var value = await response.Content.ReadAsStreamAsync();
        try
        {
            await using var target = file is null ? Console.OpenStandardOutput() : File.Create(file);
            await value.CopyToAsync(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"{file ?? "standard output"} cannot be written: {e.Message}", e);
        }
    }

    private static Task PrintVersionAsync(ParseResult parsed, HttpResponseMessage response)
    {
        var (tag, change) =
            (response.Headers.ETag?.Tag, response.StatusCode == HttpStatusCode.Created ? "created" : "replaced");
        return CommandOutput.WriteAsync(
            parsed, new WrittenDocument(parsed.GetValue(Key)!, tag, change), CommandJson.Lines.WrittenDocument,
            $"{change}, version {tag?.Trim('"')}");
    }

    // Without --json the exit code says enough.
    private static async Task PrintDeletedAsync(ParseResult parsed, HttpResponseMessage response)
    {
        if (!CommandOutput.IsJson(parsed))
            return;
        var document = new WrittenDocument(parsed.GetValue(Key)!, response.Headers.ETag?.Tag, "deleted");
        await CommandOutput.WriteAsync(parsed, document, CommandJson.Lines.WrittenDocument);
    }

    private static Task<int> SendAsync(
        NodeClient client, HttpMethod method, string key, byte[]? body, (string Name, string Value)? header,
        Func<HttpResponseMessage, Task> onSuccess) =>
        NodeRequest.RunAsync(
            () => client.SendAsync(method, key, body, header), isWrite: method != HttpMethod.Get, onSuccess);
}
