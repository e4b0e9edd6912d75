using System.Net;
using System.Net.Sockets;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RaftActors.Client;
using RaftActors.Hosting;
using LogLevel = Akka.Event.LogLevel;

namespace WebCounter;

/// <summary>
/// A web application with a counter that three nodes replicate. Without options the three nodes run in this process.
/// With <c>--node 2</c> only node 2 runs in this process. All nodes are on loopback. On three machines, only the
/// addresses differ.
/// </summary>
public static class Program
{
    /// <summary>Runs the nodes until they are told to stop.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Main(string[] arguments)
    {
        WebApplication[] nodes = [];
        try
        {
            var settings = Settings.From(arguments);
            nodes = [.. settings.Nodes.Select(node => Build(node, settings))];
            await Task.WhenAll(nodes.Select(static node => node.StartAsync()));
            Show(settings);
            await Task.WhenAll(nodes.Select(static node => node.WaitForShutdownAsync()));
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static WebApplication Build(int node, Settings settings)
    {
        EnsureFree(settings.RaftPort(node));
        EnsureFree(settings.HttpPort(node));
        Directory.CreateDirectory(settings.Data);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Warning);
        builder.WebHost.UseUrls(settings.Url(node));
        builder.Services.AddAkka("counter", (akka, _) => akka
            .ConfigureLoggers(static loggers =>
            {
                loggers.LogLevel = LogLevel.ErrorLevel;
                // Akka.Remote reports each attempt to reach a node that does not run.
                loggers.WithLogFilter(static filter => filter.ExcludeSourceContaining("endpointManager"));
            })
            .AddHocon(Configuration($"{settings.Data}/node{node}.db".Replace('\\', '/')), HoconAddMode.Prepend)
            .WithRemoting("127.0.0.1", settings.RaftPort(node))
            .WithRaftGroup<Counter>("counter", static () => new Counter(), options =>
            {
                options.MemberId = $"node{node}";
                options.Hocon = $"client.deadline = {settings.Deadline} s";
                options.Members = [.. from id in Settings.AllNodes
                    select new RaftMemberOptions($"node{id}", $"127.0.0.1:{settings.RaftPort(id)}")];
            }));
        builder.Services.AddRaftClient<Counter, long, long>();
        builder.Services.AddHealthChecks();
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void Map(WebApplication app)
    {
        app.Use(AnswerFailureAsync);

        // If the leader fails, the client tries again, until the deadline. The increment is still applied once.
        app.MapPost("/counter/increment", static async (RaftClient<long, long> counter) =>
            $"{await counter.ProposeAsync(1)}\n");

        // Linearizable: the value has all increments that were answered before, by any node.
        app.MapGet("/counter", static async (RaftClient<long, long> counter) =>
            $"{await counter.QueryAsync<long>("value")}\n");

        app.MapHealthChecks("/health/ready", Checks("ready"));
        app.MapHealthChecks("/health/live", Checks("liveness"));
    }

    private static async Task AnswerFailureAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RaftClientException failed)
        {
            // 504: the counter may have been incremented. 503: it was not, and will not be.
            context.Response.StatusCode = failed.OutcomeUnknown || failed.WasApplied ? 504 : 503;
            await context.Response.WriteAsync($"{failed.Message}\n");
        }
    }

    // Nothing has been started yet. Akka.Remote does not fail if another process has its port.
    private static void EnsureFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new IOException($"Port {port} cannot be used: {e.Message}", e);
        }
    }

    private static HealthCheckOptions Checks(string tag) => new()
    {
        Predicate = check => check.Tags.Contains(tag),
        ResponseWriter = static (context, report) => context.Response.WriteAsync(string.Concat(
            report.Entries.Select(static entry => $"{entry.Value.Status}: {entry.Key}. {entry.Value.Description}\n"))),
    };

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

    private static void Show(Settings settings) => Console.WriteLine($"""
        {string.Join(", ", settings.Nodes.Select(static node => $"node{node}"))} started. Data: {settings.Data}. Try:
          curl -X POST {settings.Url(settings.Nodes.First())}/counter/increment
          curl {settings.Url(settings.Nodes.Last())}/counter
          curl {settings.Url(settings.Nodes.First())}/health/ready
        """);
}
