using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaftActors.Hosting;
using LogLevel = Akka.Event.LogLevel;

namespace FencedSingleton;

/// <summary>
/// A singleton of three nodes writes to PostgreSQL. Its node is stopped while it handles an order. The singleton of
/// another node takes over, with a higher token, and PostgreSQL refuses the late write of the former one. The nodes are
/// hosts of this process, on loopback. On three machines, only the addresses and the directories differ.
/// </summary>
public static class Program
{
    /// <summary>Shows it on the database that the argument names.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var connection])
        {
            Console.Error.WriteLine("usage: dotnet run --project examples/FencedSingleton -- "
                + "\"Host=127.0.0.1;Username=postgres;Password=secret\"");
            return 2;
        }
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            stop.Cancel();
        };
        try
        {
            await using var database = NpgsqlDataSource.Create(connection);
            await Tables.CreateAsync(database);
            await RunAsync(database, stop.Token);
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or NpgsqlException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }
    }

    private static async Task RunAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        var directory = Directory.CreateTempSubdirectory("fenced-singleton-");
        int[] ports = FreePorts(3);
        string data = directory.FullName.Replace('\\', '/');
        var nodes = Enumerable.Range(1, 3).ToDictionary(
            static node => $"node{node}", node => Build(node, ports, $"{data}/node{node}.db", database));
        try
        {
            await Task.WhenAll(nodes.Values.Select(node => node.StartAsync(stop)));
            Console.WriteLine(await OrderAsync(nodes["node1"], "coffee", stop));
            string leader = await QueryAsync<string>(database, "SELECT node FROM raft_example.invoices", stop);

            // As long as another transaction has the table of prices, an order takes its time.
            await using var connection = await database.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var take = new NpgsqlCommand("LOCK TABLE raft_example.prices", connection, transaction);
            await take.ExecuteNonQueryAsync(stop);
            var late = OrderAsync(nodes[leader], "tea", stop);
            await UntilAsync(database, "EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted "
                + "AND relation = 'raft_example.prices'::regclass)", stop);
            Console.WriteLine($"{leader} waits for the price of tea. Meanwhile {leader} is stopped.");

            var stopping = nodes[leader].StopAsync(stop);
            await UntilAsync(database, "(SELECT token FROM raft_example.fence) > "
                + "(SELECT max(token) FROM raft_example.invoices)", stop);
            Console.WriteLine("The singleton of another node has shown a higher token.");
            await transaction.CommitAsync(stop);
            try
            {
                Console.WriteLine(await late);
            }
            catch (PostgresException refused) when (refused.SqlState == Tables.Refused)
            {
                Console.WriteLine($"{leader} has the price, and writes its invoice late: {refused.MessageText}");
            }
            var other = nodes.First(node => node.Key != leader).Value;
            Console.WriteLine(await OrderAsync(other, "cake", stop));
            await stopping;
        }
        finally
        {
            await Task.WhenAll(nodes.Values.Select(static node => node.StopAsync()));
            foreach (var node in nodes.Values)
                node.Dispose();
            directory.Delete(recursive: true);
        }
    }

    private static IHost Build(int node, int[] ports, string file, NpgsqlDataSource database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Warning);
        builder.Services.AddAkka("billing", (akka, _) => akka
            .ConfigureLoggers(static loggers =>
            {
                loggers.LogLevel = LogLevel.ErrorLevel;
                // Akka.Remote reports each attempt to reach a node that does not run.
                loggers.WithLogFilter(static filter => filter.ExcludeSourceContaining("endpointManager"));
            })
            .AddHocon(Configuration(file), HoconAddMode.Prepend)
            .WithRemoting("127.0.0.1", ports[node - 1])
            .WithRaftGroup<Billing>("billing", static () => new Billing(), options =>
            {
                options.MemberId = $"node{node}";
                options.Members =
                    [.. ports.Select(static (port, i) => new RaftMemberOptions($"node{i + 1}", $"127.0.0.1:{port}"))];
            })
            .WithRaftSingleton<Billing, InvoiceWriter>(
                "invoices", tenure => Props.Create(() => new InvoiceWriter($"node{node}", tenure, database))));
        return builder.Build();
    }

    private static async Task<string> OrderAsync(IHost node, string article, CancellationToken stop)
    {
        // The way to the singleton: messages wait while no node runs it.
        var writer = await node.Services.GetRequiredService<IRequiredActor<InvoiceWriter>>().GetAsync(stop);
        return await writer.Ask<string>(article, stop);
    }

    private static async Task UntilAsync(NpgsqlDataSource database, string condition, CancellationToken stop)
    {
        while (!await QueryAsync<bool>(database, $"SELECT {condition}", stop))
            await Task.Delay(50, stop);
    }

    private static async Task<T> QueryAsync<T>(NpgsqlDataSource database, string statement, CancellationToken stop)
    {
        await using var command = database.CreateCommand(statement);
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    private static string Configuration(string file) => $$"""
        akka {
          stdout-loglevel = OFF
          extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
          persistence {
            journal { plugin = "akka.persistence.journal.raft-sqlite", raft-sqlite.file = "{{file}}" }
            snapshot-store { plugin = "akka.persistence.snapshot-store.raft-sqlite", raft-sqlite.file = "{{file}}" }
          }
        }
        """;

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners =
            [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
