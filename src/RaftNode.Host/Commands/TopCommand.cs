using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net.Http.Json;
using RaftNode.Host.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode top</c>: shows the nodes of a running cluster, kept up to date.</summary>
internal static class TopCommand
{
    private const double ShortestInterval = 0.2;
    private const double LongestInterval = 3600;

    private static readonly Option<double> Interval = new("--interval", "-i")
    {
        HelpName = "SECONDS",
        Description = "How often the nodes are asked.",
        DefaultValueFactory = _ => 1,
        CustomParser = ParseInterval,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "top",
            "Shows all nodes of a cluster, kept up to date until Ctrl-C.",
            """
            The first node that can be reached is asked, and asks all others. So one URL is enough, but with several the
            command goes on when a node is lost. "writes/s" is how many entries a second were committed since the last
            time, "lag" how many entries of the leader's log are not known to be durable on the node.

            When standard output is no terminal, and with --json, the command shows the nodes once and ends. The exit
            code is then 0 if a node leads, and 1 if none does.
            """)
        {
            Interval, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    // Not a validator: for a value that is not a number, the library would throw.
    private static double ParseInterval(ArgumentResult result)
    {
        if (result.Tokens is [var text] && double.TryParse(text.Value, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= ShortestInterval and <= LongestInterval)
            return seconds;
        result.AddError(string.Create(CultureInfo.InvariantCulture,
            $"--interval is a number of seconds from {ShortestInterval} to {LongestInterval}."));
        return default;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        using var client = NodeOptions.Client(parsed);
        var first = await ReadAsync(client);
        if (CommandOutput.IsJson(parsed) || Console.IsOutputRedirected)
        {
            await CommandOutput.WriteAsync(
                parsed, first, CommandJson.Lines.ClusterDocument, new TopView().Lines(first));
            return first.Leader is null ? ExitCode.No : ExitCode.Done;
        }
        var (view, pause) = (new TopView(), TimeSpan.FromSeconds(parsed.GetValue(Interval)));
        await AnsiConsole.Live(Render(view, first, null)).StartAsync(async live =>
        {
            var last = first;
            while (await Task.WhenAny(signals.Stop, Task.Delay(pause)) != signals.Stop)
            {
                string? problem = null;
                try
                {
                    last = await ReadAsync(client);
                }
                catch (CommandException e)
                {
                    problem = $"{e.Message}; the table is as of {last.Time:HH:mm:ss}Z";
                }
                live.UpdateTarget(Render(view, last, problem));
            }
        });
        return ExitCode.Done;
    }

    private static IRenderable Render(TopView view, ClusterDocument cluster, string? problem) =>
        view.Render(cluster, AnsiConsole.Profile.Width, problem);

    private static async Task<ClusterDocument> ReadAsync(NodeClient client)
    {
        try
        {
            using var response = await client.SendToAsync(HttpMethod.Get, "/cluster")
                ?? throw new CommandException(NodeClient.NoneReachable);
            if (!response.IsSuccessStatusCode)
                throw await NodeClient.FailureAsync(response);
            return await response.Content.ReadFromJsonAsync(CommandJson.Lines.ClusterDocument)
                ?? throw new HttpRequestException("the node answered nothing");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new CommandException(NodeRequest.Problem(e));
        }
    }
}
