using System.CommandLine;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>How far a long command is: a bar on standard error, if that is a terminal.</summary>
internal static class CommandProgress
{
    /// <summary>Shows no progress.</summary>
    public static readonly Option<bool> Quiet = new("--quiet", "-q")
    {
        Description = "Shows no progress. It is shown on a terminal only, and not with --json.",
    };

    /// <summary>Does something long.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="what">What is done, in a few words.</param>
    /// <param name="action">
    /// Does it, and says now and then how much is done and how much there is. As long as it says nothing, the bar shows
    /// only that something goes on.
    /// </param>
    public static async Task<T> RunAsync<T>(
        ParseResult parsed, string what, Func<Action<long, long>, Task<T>> action)
    {
        if (CommandOutput.IsJson(parsed) || parsed.GetValue(Quiet) || Console.IsErrorRedirected)
            return await action(static (_, _) => { });
        var console =
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        // A terminal that cannot move its cursor would show a line for each step.
        if (!console.Profile.Capabilities.Ansi)
            return await action(static (_, _) => { });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(),
                new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(what));
                task.IsIndeterminate = true;
                return action((done, all) =>
                {
                    task.IsIndeterminate = all <= 0;
                    task.MaxValue = Math.Max(all, 1);
                    task.Value = done;
                });
            });
    }

    /// <summary>Does something long that has no result.</summary>
    public static Task RunAsync(ParseResult parsed, string what, Func<Action<long, long>, Task> action) =>
        RunAsync(parsed, what, async progress =>
        {
            await action(progress);
            return true;
        });
}
