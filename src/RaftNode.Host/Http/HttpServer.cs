using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>Serves a node over HTTP.</summary>
internal static class HttpServer
{
    /// <summary>Adds HTTP to a host.</summary>
    public static void AddTo(WebApplicationBuilder builder, HttpSettings settings, HttpSecurity security)
    {
        // No handler blocks, so a request may go on with the thread that read it, and an answer with the one that made
        // it.
        builder.WebHost.UseKestrelCore().UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Kestrel's limit would also count the framing of chunks. The only reader of bodies checks the limit of
            // values itself.
            kestrel.Limits.MaxRequestBodySize = null;
            // A name of the longest kind with every byte percent-encoded has to fit the request line, and so has the
            // owner of a lease.
            int longest = Math.Max(settings.MaxKeyBytes, 2 * PathName.MaxLeaseBytes);
            kestrel.Limits.MaxRequestLineSize = Math.Max(kestrel.Limits.MaxRequestLineSize, (3 * longest) + 1024);
            var (limits, rate) = (settings.Limits, new MinDataRate(settings.Limits.MinBytesPerSecond,
                settings.Limits.Grace));
            kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
            kestrel.Limits.MaxRequestHeaderCount = limits.MaxHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = limits.HeaderTimeout;
            kestrel.Limits.KeepAliveTimeout = limits.IdleTimeout;
            kestrel.Limits.MinRequestBodyDataRate = rate;
            kestrel.Limits.MinResponseDataRate = rate;
            kestrel.Listen(settings.Endpoint, endpoint =>
            {
                // RefusedRequests writes HTTP/1.1.
                endpoint.Protocols = HttpProtocols.Http1;
                if (settings.Tls is not null)
                    UseTls(endpoint, limits.HandshakeTimeout, security);
                RefusedRequests.Answer(endpoint);
            });
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(RefusedRequests.Source());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ShutdownTimeout);
    }

    // A method of its own: what it needs is loaded only by a node with TLS.
    private static void UseTls(ListenOptions endpoint, TimeSpan handshakeTimeout, HttpSecurity security) =>
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = handshakeTimeout,
            OnConnection = _ => ValueTask.FromResult(security.ServerOptions()),
        });

    /// <summary>Maps what a node serves. Called before the server starts.</summary>
    public static void Map(WebApplication app, RunningNode node)
    {
        var settings = node.Settings.Http;
        app.Use(new ProblemBodies(node.System.Log).InvokeAsync);
        app.Use(CrossSiteRequests.InvokeAsync);
        app.UseRouting();
        if (settings.Access.IsOn)
        {
            app.Use(new AccessControl(settings.Access, settings.IsInsecure, () => node.Security.Tokens).InvokeAsync);
        }
        app.Use(new RequestLimit(settings).InvokeAsync);
        var idempotency = new IdempotencyKey(node.Settings.Raft.MaxSessionResponses, node.Settings.Layout);
        new KeyValueEndpoints(node.Groups, settings, idempotency).Map(app);
        new KeyListEndpoints(node.Groups, settings).Map(app);
        new SessionEndpoints(node.Groups, idempotency).Map(app);
        new LeaseEndpoints(node.Groups).Map(app);
        new WatchEndpoints(node.Groups, settings, app.Lifetime.ApplicationStopping).Map(app);
        new StatusEndpoints(node, node.Status).Map(app);
        PageEndpoint.Load().Map(app);
        new ClusterEndpoints(node).Map(app);
        new EventEndpoints(node.Cluster, node.Events, settings, app.Lifetime.ApplicationStopping).Map(app);
        HostMetrics.Map(app, node.Settings.Metrics, settings.Access.Metrics);
        new SnapshotEndpoints(node, node.Cluster).Map(app);
        new BackupEndpoints(node).Map(app);
        new LeaderEndpoints(node).Map(app);
        new MemberEndpoints(node).Map(app);
        new DescriptionEndpoints().Map(app);
    }
}
