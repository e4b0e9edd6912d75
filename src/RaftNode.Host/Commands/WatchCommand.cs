using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode watch</c>: shows the changes of keys as they happen.</summary>
internal static class WatchCommand
{
    private static readonly Option<string?> Prefix = new("--prefix")
    {
        HelpName = "TEXT",
        Description = "Shows only keys that begin with this text.",
    };

    private static readonly Option<string?> From = new("--from")
    {
        HelpName = "VERSION",
        Description = "Begins with the change that has this version (the ETag, without quotes). "
            + "1 begins with the first. The default is the next change.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "watch",
            "Shows the changes of keys as they happen, until Ctrl-C.",
            """
            When the connection to a node is lost, the command goes on at the next node that answers, without a gap and
            without a repetition. If no node remembers all changes since then, the command says "reset" and shows the
            present state of the keys, up to "current".
            """)
        {
            Prefix, From, NodeOptions.Connection, NodeOptions.Group, NodeOptions.SearchTimeout,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        var patience = TimeSpan.FromSeconds(parsed.GetValue(NodeOptions.SearchTimeout));
        using var client = NodeOptions.Client(parsed, patience);
        var source = new EventSource(client, client.InGroup(Path(parsed)), patience)
        {
            OnResume = (lost, next) => CommandOutput.NoteResumed(parsed, lost, next),
        };
        return await EventLines.WriteAllAsync(
            parsed, ChangesAsync(source, signals.Token), CommandJson.Lines.WatchedDocument, Line);
    }

    private static async IAsyncEnumerable<WatchedDocument> ChangesAsync(
        EventSource source, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var watched in source.ReadAsync(stop))
            yield return Document(watched);
    }

    private static string Path(ParseResult parsed)
    {
        var query = new List<string>();
        if (parsed.GetValue(Prefix) is { } prefix)
            query.Add($"prefix={Uri.EscapeDataString(prefix)}");
        if (parsed.GetValue(From) is { } from)
            query.Add($"from={Uri.EscapeDataString(from.Trim('"'))}");
        return query.Count > 0 ? $"/watch?{string.Join('&', query)}" : "/watch";
    }

    private static WatchedDocument Document(ServerSentEvent watched) =>
        JsonSerializer.Deserialize(watched.Data, CommandJson.Lines.WatchedDocument)! with
        {
            Event = watched.Type,
            Id = watched.Id.Length > 0 ? watched.Id : null,
        };

    private static EventLine Line(WatchedDocument change) => change.Event switch
    {
        "put" => new EventLine("put", "green",
            $"{Printable.Text(change.Key!)}  {Version(change)}  {Printable.Bytes(change.Value ?? [])}",
            IsCut: true),
        "delete" => new EventLine("delete", "red", $"{Printable.Text(change.Key!)}  {Version(change)}", IsCut: true),
        "reset" => new EventLine("reset", "yellow", "changes were missed; the present state follows"),
        "current" => new EventLine("current", "yellow", Number(change.Index ?? 0)),
        var other => new EventLine(other, "default", ""),
    };

    private static string Version(WatchedDocument change) => change.Etag?.Trim('"') ?? "";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
