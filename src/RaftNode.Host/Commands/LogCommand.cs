using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using RaftNode.Host.Cluster;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode log</c>: shows what has happened on the nodes of a running cluster.</summary>
internal static class LogCommand
{
    private const int NameWidth = 8;

    private static readonly Option<bool> Follow = new("--follow", "-f")
    {
        Description = "Goes on with what happens from now on, until Ctrl-C.",
    };

    private static readonly Option<string[]> Kinds = CreateKinds();

    private static readonly Option<string?> Node = new("--node")
    {
        HelpName = "ID",
        Description = "Shows only what happened on this node.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "log",
            "Shows what has happened on the nodes: elections, leaders, snapshots, members, problems.",
            """
            Each node remembers a bounded number of its events since its process started. The asked node asks the others
            for theirs. Times are in UTC, by the clock of the node on which the event happened.

            With --follow, when the connection to a node is lost, the command goes on at the next node that answers, and
            shows no event twice.
            """)
        {
            Follow, Kinds, Node, NodeOptions.Connection, NodeOptions.SearchTimeout,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static Option<string[]> CreateKinds()
    {
        var option = new Option<string[]>("--kind")
        {
            HelpName = string.Join('|', EventKinds.All.Order(StringComparer.Ordinal)),
            Description = "Shows only events of this kind. It may be given several times.",
        };
        option.AcceptOnlyFromAmong([.. EventKinds.All]);
        return option;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        var patience = TimeSpan.FromSeconds(parsed.GetValue(NodeOptions.SearchTimeout));
        using var client = NodeOptions.Client(parsed, patience);
        var source = new EventSource(client, "/events", patience)
        {
            OnResume = (lost, next) => CommandOutput.NoteResumed(parsed, lost, next),
        };
        return await EventLines.WriteAllAsync(
            parsed, EventsAsync(parsed, source, signals.Token), CommandJson.Lines.NodeEvent, Line);
    }

    private static async IAsyncEnumerable<NodeEvent> EventsAsync(
        ParseResult parsed, EventSource source, [EnumeratorCancellation] CancellationToken stop)
    {
        var (kinds, node) = (parsed.GetValue(Kinds) ?? [], parsed.GetValue(Node));
        await foreach (var happened in OnceAsync(source, parsed.GetValue(Follow), stop))
        {
            if ((kinds.Length == 0 || kinds.Contains(happened.Kind)) && (node is null || happened.Node == node))
                yield return happened;
        }
    }

    // Another node begins with the past again, because it knows nothing of the ids of the former one.
    private static async IAsyncEnumerable<NodeEvent> OnceAsync(
        EventSource source, bool isFollowing, [EnumeratorCancellation] CancellationToken stop)
    {
        var seen = new HashSet<(string Run, long Number)>();
        await foreach (var received in source.ReadAsync(stop))
        {
            if (received.Type == "current" && !isFollowing)
                yield break;
            if (!EventKinds.All.Contains(received.Type))
                continue;
            var happened = JsonSerializer.Deserialize(received.Data, CommandJson.Lines.NodeEvent)!;
            if (seen.Add((happened.Run, happened.Number)))
                yield return happened;
        }
    }

    private static EventLine Line(NodeEvent happened)
    {
        // On a terminal, what happened needs the room more than the date does.
        var time = happened.Time.ToString(
            Console.IsOutputRedirected ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var color = happened.Kind switch
        {
            EventKinds.Problem => "red",
            EventKinds.Recovered or EventKinds.Leader => "green",
            EventKinds.Election => "yellow",
            _ => "default",
        };
        return new EventLine(happened.Kind, color, Printable.Text(happened.Text),
            $"{time}  {Printable.Text(happened.Node).PadRight(NameWidth)}  ");
    }
}
