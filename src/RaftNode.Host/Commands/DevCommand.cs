using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RaftNode.Host.Configuration;
using RaftNode.Host.Dev;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode dev</c>: runs a whole cluster on this machine, with a process for each node.</summary>
internal static class DevCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly Option<int> Nodes = new("--nodes", "-n")
    {
        HelpName = "N",
        Description = "The number of nodes.",
        DefaultValueFactory = _ => ClusterFiles.Shipped,
        CustomParser = ParseNodes,
    };

    private static readonly Option<string?> Data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The directory for the data of the nodes. The default is raftnode.data-dir, ./data.",
    };

    private static readonly Option<string?> ConfigDirectory = new("--config-dir")
    {
        HelpName = "DIR",
        Description = "The directory with node1.conf, node2.conf and so on. The default is hocon/. "
            + "With another number of nodes, or with other ports, the command writes such files "
            + "into the data directory.",
    };

    private static readonly Option<int> RaftPort = new("--raft-port")
    {
        HelpName = "PORT",
        Description = "The first node's port for other peers. The other nodes use the ports after it.",
        DefaultValueFactory = _ => ClusterFiles.RaftPort,
    };

    private static readonly Option<int> HttpPort = new("--http-port")
    {
        HelpName = "PORT",
        Description = "The first node's port for HTTP. The other nodes use the ports after it.",
        DefaultValueFactory = _ => ClusterFiles.HttpPort,
    };

    private static readonly Option<string?> Journal = CreateJournal();

    private static readonly Option<string?> ConnectionString = new("--postgresql")
    {
        HelpName = "CONNECTION",
        Description = "The database of --journal postgresql: \"Host=...;Database=...;Username=...;Password=...\". "
            + $"The default is the environment variable {StorePlace.PostgresqlVariable}, "
            + "or else the database in hocon/journal-postgresql.conf.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "dev", "Runs a cluster on this machine until Ctrl-C, with a process for each node, and shows its state.")
        {
            Nodes, Data, ConfigDirectory, RaftPort, HttpPort, Journal, ConnectionString, NodeOptions.Credentials,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(ConfigDirectory) is not null && result.GetResult(Journal) is not null)
            {
                result.AddError("--journal and --config-dir exclude each other. "
                    + "Include the journal's file in the files of --config-dir.");
            }
            // Not the parsed value: for a value that is none of the choices, the library would throw.
            var chosen = result.GetResult(Journal)?.Tokens.Select(static token => token.Value) ?? [];
            if (result.GetResult(ConnectionString) is not null && !chosen.Contains(JournalChoice.Postgresql.Name))
                result.AddError("--postgresql needs --journal postgresql.");
        });
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static Option<string?> CreateJournal()
    {
        var option = new Option<string?>("--journal", "-j")
        {
            HelpName = string.Join('|', JournalChoice.All.Select(static choice => choice.Name)),
            Description = "The journal of the nodes: the node's own SQLite journal, which is the default, "
                + "Akka.Persistence.Sql on SQLite (sql), or Akka.Persistence.Sql on PostgreSQL. "
                + "The last two have their data in data/sql and data/postgresql.",
        };
        option.AcceptOnlyFromAmong([.. JournalChoice.All.Select(static choice => choice.Name)]);
        return option;
    }

    // Not a validator: for a value that is not a number, the library would throw.
    private static int ParseNodes(ArgumentResult result)
    {
        if (result.Tokens is [var text] && int.TryParse(text.Value, CultureInfo.InvariantCulture, out var nodes)
            && nodes is >= 1 and <= 9)
            return nodes;
        result.AddError("--nodes is from 1 to 9.");
        return default;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        var credentials = NodeOptions.CredentialsIn(parsed);
        var journal = parsed.GetValue(Journal) is { } name ? JournalChoice.Named(name) : null;
        // Each journal has its own data, and finds it when the journal is chosen again.
        var data = parsed.GetValue(Data) ?? (journal?.File is null ? null : Path.Combine("data", journal.Name));
        var nodes = Files(parsed, journal, data).Select(file => new DevNode(file, data)).ToList();
        if (nodes[0].Settings.Store.Journal is { IsPostgresql: true } database)
            await Postgresql.EnsureReachableAsync(database);
        foreach (var settings in nodes.Select(node => node.Settings))
        {
            Ports.EnsureFree($"{settings.Self.Id}, remoting", settings.RaftEndpoint.Host, settings.RaftEndpoint.Port);
            Ports.EnsureFree($"{settings.Self.Id}, HTTP", settings.Http.Endpoint.Address.ToString(),
                settings.Http.Endpoint.Port);
            DataDirectory.Open(settings.DataDirectory).Dispose();
        }
        try
        {
            nodes.ForEach(node => node.Start());
            return await ShowAsync(parsed, nodes, credentials, signals);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.StopAsync()));
            nodes.ForEach(node => node.Dispose());
        }
    }

    private static IReadOnlyList<string> Files(ParseResult parsed, JournalChoice? journal, string? data)
    {
        var (nodes, raftPort, httpPort) =
            (parsed.GetValue(Nodes), parsed.GetValue(RaftPort), parsed.GetValue(HttpPort));
        if (parsed.GetValue(ConfigDirectory) is { } directory)
            return ClusterFiles.In(directory, nodes);
        var shipped = (ClusterFiles.Shipped, ClusterFiles.RaftPort, ClusterFiles.HttpPort);
        if (journal is null && (nodes, raftPort, httpPort) == shipped)
            return ClusterFiles.In(ClusterFiles.ShippedDirectory(), nodes);
        var written = Path.Combine(data ?? "data", "dev");
        return ClusterFiles.Write(written, nodes, raftPort, httpPort, journal, parsed.GetValue(ConnectionString));
    }

    private static async Task<int> ShowAsync(
        ParseResult parsed, IReadOnlyList<DevNode> nodes, NodeCredentials credentials, StopSignals signals)
    {
        var view = new DevView(nodes);
        using var client = new NodeClient(
            nodes.Select(node => node.Settings.Http.Url), TimeSpan.FromSeconds(1), credentials);
        if (CommandOutput.IsJson(parsed))
            return await WatchAsync(nodes, client, signals, view.PrintJson);
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine($"Journal: {view.Journal}");
            Console.WriteLine("Try it:");
            foreach (var hint in view.Hints)
                Console.WriteLine($"  {hint}");
            return await WatchAsync(nodes, client, signals, view.PrintChanges);
        }
        var code = ExitCode.Done;
        await AnsiConsole.Live(new Text("Starting ...")).StartAsync(async live =>
            code = await WatchAsync(nodes, client, signals,
                (states, started) => live.UpdateTarget(view.Table(states, started))));
        AnsiConsole.WriteLine("Stopping the nodes ...");
        return code;
    }

    /// <summary>Shows the nodes repeatedly, until the program is told to stop or no node is left.</summary>
    private static async Task<int> WatchAsync(
        IReadOnlyList<DevNode> nodes, NodeClient client, StopSignals signals,
        Action<IReadOnlyList<(StatusDocument?, string?)>, IReadOnlyList<bool>> show)
    {
        var started = new bool[nodes.Count];
        while (!signals.Stop.IsCompleted)
        {
            var states = (await client.StatusAsync()).Select(node => (node.Status, node.Problem)).ToList();
            for (var i = 0; i < nodes.Count; i++)
                started[i] |= states[i].Status is not null;
            show(states, started);
            for (var i = 0; i < nodes.Count; i++)
            {
                // A node that never came up has said why. The cluster is then not the one that was asked for.
                if (!started[i] && nodes[i].HasExited && !signals.Stop.IsCompleted)
                    throw new NodeStartException($"{nodes[i].Name}: {nodes[i].HowItEnded}");
            }
            if (nodes.All(node => node.HasExited) && states.All(state => state.Status is null))
                throw new NodeStartException("all nodes are down");
            await Task.WhenAny(signals.Stop, Task.Delay(Interval));
        }
        return ExitCode.Done;
    }
}
