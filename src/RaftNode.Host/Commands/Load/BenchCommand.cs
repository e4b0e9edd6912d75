using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spectre.Console;

namespace RaftNode.Host.Commands.Load;

/// <summary><c>raftnode bench</c>: a small, bounded load on a running cluster, and how fast it was.</summary>
internal static class BenchCommand
{
    private static readonly Option<int> Seconds = Count("--seconds", 5, 60, "How long the load lasts at most.");
    private static readonly Option<int> Requests =
        Count("--requests", 10_000, 1_000_000, "How many requests are sent at most.");

    private static readonly Option<int> Clients =
        Count("--clients", 8, 64, "How many requests are under way at a time.");

    private static readonly Option<int> ValueBytes = Count("--value-bytes", 100, 1 << 20, "The size of the values.");
    private static readonly Option<int> Keys = Count("--keys", 100, 10_000, "How many keys are written.");
    private static readonly Option<int> Reads = Count("--reads", 50, 100, "How many of 100 requests are reads.", 0);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "bench",
            "Puts a small load on a running cluster for a few seconds, and shows how long requests took.",
            $"""
            The command writes only keys that begin with {BenchLoad.PrefixStart}/ and a random number, so it
            changes no other keys. It deletes these keys at the end, also after Ctrl-C. The load ends after --seconds or
            after --requests, whichever comes first. The clients begin at different nodes.

            The figures are those of this machine and network, while other clients use the cluster.
            """)
        {
            Seconds, Requests, Clients, ValueBytes, Keys, Reads, NodeOptions.Connection, NodeOptions.Timeout,
            CommandProgress.Quiet,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static Option<int> Count(string name, int usual, int most, string description, int least = 1) => new(name)
    {
        HelpName = "N",
        Description = $"{description} From {least} to {most}.",
        DefaultValueFactory = _ => usual,
        CustomParser = result => Parse(result, name, least, most),
    };

    // Not a validator: for a value that is not a number, the library would throw.
    private static int Parse(ArgumentResult result, string name, int least, int most)
    {
        if (result.Tokens is [var text] && int.TryParse(text.Value, CultureInfo.InvariantCulture, out var count)
            && count >= least && count <= most)
            return count;
        result.AddError($"{name} is a whole number from {least} to {most}.");
        return default;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        var load = new BenchLoad(new BenchPlan
        {
            Limit = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Requests = parsed.GetValue(Requests),
            Clients = parsed.GetValue(Clients),
            ValueBytes = parsed.GetValue(ValueBytes),
            Keys = parsed.GetValue(Keys),
            ReadsOfHundred = parsed.GetValue(Reads),
        }, offset => NodeOptions.Client(parsed, offset));
        CommandOutput.Note(parsed, $"writes keys under {load.Prefix} and deletes them afterwards");
        BenchDocument result;
        try
        {
            result = await CommandProgress.RunAsync(
                parsed, "requests", progress => load.RunAsync(progress, signals.Token));
        }
        finally
        {
            // Also when the load failed: what was written is deleted.
            await load.DeleteAsync();
        }
        result = result with { DeletedKeys = load.Deleted };
        if (result is { FirstFailure: { } none } && result.Requests.All(static row => row.Count == 0))
            throw new CommandException(none);
        if (CommandOutput.IsJson(parsed))
            await CommandOutput.WriteAsync(parsed, result, CommandJson.Lines.BenchDocument);
        else
            Show(result, load.WhyNotDeleted is null);
        if (load.WhyNotDeleted is { } why)
        {
            throw new CommandException($"{load.Written - load.Deleted} keys under {load.Prefix} could not be deleted: "
                + $"{why}; delete them: raftnode delete {load.Prefix}0, and so on");
        }
        return result.Failures > 0 ? ExitCode.No : ExitCode.Done;
    }

    private static void Show(BenchDocument result, bool isAllDeleted)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var row in result.Requests)
                Console.WriteLine(string.Join(' ', Headings.Zip(Cells(row), static (name, cell) => $"{name} {cell}")));
        }
        else
        {
            var table = new FittingTable([.. Headings.Select(static (heading, number) =>
                new FittingColumn(heading, Dispensable: heading == "p90-ms" ? 1 : 0, IsNumber: number > 0))]);
            foreach (var row in result.Requests)
                table.Add([.. Cells(row)]);
            AnsiConsole.Write(table.Render(AnsiConsole.Profile.Width));
        }
        Console.WriteLine($"{result.Clients} clients, values of {result.ValueBytes} bytes, "
            + $"{Number(result.Seconds)} s"
            + (isAllDeleted ? $"; {result.DeletedKeys} keys were written and deleted" : ""));
        if (result.FirstFailure is { } failure)
            Console.Error.WriteLine($"raftnode: {result.Failures} requests failed, the first one because: {failure}");
    }

    private static readonly string[] Headings =
        ["request", "count", "per-second", "p50-ms", "p90-ms", "p99-ms", "max-ms"];

    private static IEnumerable<string> Cells(BenchRowDocument row) =>
    [
        row.Request, row.Count.ToString(CultureInfo.InvariantCulture), Number(row.PerSecond),
        Number(row.P50Milliseconds), Number(row.P90Milliseconds), Number(row.P99Milliseconds),
        Number(row.MaxMilliseconds),
    ];

    private static string Number(double number) => number.ToString(
        number < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
