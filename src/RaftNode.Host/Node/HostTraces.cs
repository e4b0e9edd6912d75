using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RaftActors;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>The spans of a node's requests, and who gets the spans.</summary>
internal static class HostTraces
{
    // Whoever watches a node asks these all the time, or for as long as it runs.
    private static readonly PathString[] Untraced =
        ["/cluster", "/events", "/health", "/metrics", "/status", "/watch"];

    /// <summary>Has a host send the spans of its process, if somebody gets them.</summary>
    public static void AddTo(WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.Traces.OtlpEndpoint is not { } endpoint)
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("raftnode", serviceInstanceId: settings.Self.Id))
            .WithTracing(traced => traced
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.Traces.SamplingRatio)))
                .AddAspNetCoreInstrumentation(http => http.Filter = IsTraced)
                .AddSource(Raft.ActivitySourceName)
                .AddOtlpExporter(otlp => otlp.Endpoint = endpoint));
    }

    private static bool IsTraced(HttpContext context)
    {
        foreach (var path in Untraced)
            if (context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
                return false;
        return true;
    }
}
