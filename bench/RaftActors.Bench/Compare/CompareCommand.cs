using System.CommandLine;

namespace RaftActors.Bench;

/// <summary>The command line of the comparison of two builds.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="json">The file to which the results are also written.</param>
    /// <param name="label">The label of the results in that file.</param>
    /// <param name="data">The directory for the nodes' data.</param>
    /// <param name="journal">The journal of this build's nodes.</param>
    /// <param name="settings">The settings of this build's nodes.</param>
    public static Command Make(
        Option<string?> json, Option<string?> label, Option<string?> data, Option<string> journal,
        Option<string> settings)
    {
        var against = new Option<string>("--against")
        {
            HelpName = "DIR",
            Required = true,
            Description = "A checkout of another commit, built in Release, or the directory of its bench program.",
        };
        var alternations = Positive("--alternations", "-a", 5, "How often each build runs each load.");
        var only = new Option<Compared[]>("--only")
        {
            Description = "What to compare.",
            DefaultValueFactory = _ => Enum.GetValues<Compared>(),
            AllowMultipleArgumentsPerToken = true,
        };
        var clients = Many("--clients", "The numbers of clients inside the leader.", 1, 16, 64, 256, 1024);
        var httpClients = Many("--http-clients", "The numbers of clients over HTTP.", 1, 256);
        var seconds = Seconds("--seconds", "-s", 5, "How long each number of clients is measured.");
        var warmUp = Seconds("--warm-up", "-w", 2, "For how many seconds it goes on before it is measured.");
        var useSeconds = Seconds("--use-seconds", "-u", 20,
            "How long nodes, idle or at half load, are measured, and run before.");
        var halfRate = new Option<double?>("--half-rate")
        {
            HelpName = "OPS",
            Description = "Half load; by default half of what the other build does with 256 clients.",
        };
        var trials = Positive("--trials", "-t", 5,
            "How many leaders a run of failover kills, and one of restart stops.");
        var entries = Positive("--entries", "-e", 300_000, "How many entries the log has that a node starts with.");
        var command = new Command(
            "compare", "The same load with this build and another one in turn: medians, ratios and their spread.")
        {
            against, alternations, only, clients, httpClients, seconds, warmUp, useSeconds, halfRate, trials, entries,
            json, label, data, journal, settings,
        };
        command.SetAction((parsed, stop) => CompareBench.RunAsync(new CompareOptions
        {
            Against = parsed.GetValue(against)!,
            Alternations = parsed.GetValue(alternations),
            What = parsed.GetValue(only)!,
            Clients = parsed.GetValue(clients)!,
            HttpClients = parsed.GetValue(httpClients)!,
            Seconds = parsed.GetValue(seconds),
            WarmUpSeconds = parsed.GetValue(warmUp),
            UseSeconds = parsed.GetValue(useSeconds),
            HalfRate = parsed.GetValue(halfRate),
            Trials = parsed.GetValue(trials),
            Entries = parsed.GetValue(entries),
            JsonFile = parsed.GetValue(json),
            Label = parsed.GetValue(label),
            DataDirectory = parsed.GetValue(data),
            Journal = parsed.GetValue(journal)!,
            Settings = parsed.GetValue(settings)!,
        }, stop));
        return command;
    }

    private static Option<int[]> Many(string name, string description, params int[] values) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => values,
        AllowMultipleArgumentsPerToken = true,
    };

    private static Option<double> Seconds(string name, string alias, double value, string description) =>
        new(name, alias) { Description = description, DefaultValueFactory = _ => value };

    private static Option<int> Positive(string name, string alias, int value, string description)
    {
        var option = new Option<int>(name, alias) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError($"{option.Name} must be at least 1.");
        });
        return option;
    }
}
