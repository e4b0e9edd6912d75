using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using RaftActors;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Http.Description;

namespace RaftNode.Host.Node;

/// <summary>What a node measures of itself besides its peer, and who gets the measurements.</summary>
internal static class HostMetrics
{
    // The most values that the other tags of an instrument have in a group: the roles are four, and so are the kinds of
    // reads. There may be more followers and reasons.
    private const int OfFew = 4;
    private const int OfMany = 64;

    private static readonly FrozenSet<string> Many = FrozenSet.Create(
        StringComparer.Ordinal,
        "raft.follower.lag", "raft.follower.lag.duration", "raft.messages.dropped", "raft.requests.failed",
        "raft.snapshots.sent");

    private static readonly Meter Meter = new(Raft.MeterName);

    /// <summary>The clients that watch keys or read events.</summary>
    public static readonly UpDownCounter<long> Watchers = Meter.CreateUpDownCounter<long>(
        "raft.http.watchers", "{watcher}", "Clients that watch keys or read events on this node.");

    /// <summary>The answers over HTTP that say that a request failed, by the tag <c>problem</c>.</summary>
    public static readonly Counter<long> Problems = Meter.CreateCounter<long>(
        "raft.http.problems", "{answer}", "Answers over HTTP that have a problem document.");

    /// <summary>When the latest backup by schedule was taken.</summary>
    public static readonly Gauge<long> LastBackup = Meter.CreateGauge<long>(
        "raft.backups.last_success", "s", "When the latest backup that this node knows of was taken, in Unix time.");

    /// <summary>The size of the last backup by schedule.</summary>
    public static readonly Gauge<long> BackupSize = Meter.CreateGauge<long>(
        "raft.backups.size", "By", "The bytes of the last backup that this node wrote by schedule.");

    /// <summary>How long a backup by schedule took.</summary>
    public static readonly Histogram<double> BackupDuration = Meter.CreateHistogram<double>(
        "raft.backups.duration", "s", "The time to write and to verify a backup by schedule.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000] });

    /// <summary>The backups by schedule that failed.</summary>
    public static readonly Counter<long> BackupFailures = Meter.CreateCounter<long>(
        "raft.backups.failures", "{backup}", "Backups by schedule that failed.");

    /// <summary>Has a host collect the measurements of its process, if somebody gets them.</summary>
    public static void AddTo(WebApplicationBuilder builder, NodeSettings settings)
    {
        var metrics = settings.Metrics;
        if (!metrics.AreUsed)
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("raftnode", serviceInstanceId: settings.Self.Id))
            .WithMetrics(collected =>
            {
                // System.Runtime: memory, garbage collections and the thread pool, as .NET measures them.
                collected.AddMeter(Raft.MeterName, "System.Runtime");
                int groups = settings.Layout.Count;
                collected.AddView(instrument =>
                    new MetricStreamConfiguration { CardinalityLimit = MostSeries(instrument, groups) });
                if (metrics.Prometheus)
                    collected.AddPrometheusExporter();
                if (metrics.OtlpEndpoint is { } endpoint)
                    AddOtlp(collected, endpoint, metrics.OtlpInterval);
            });
    }

    // A method of its own: the exporter is loaded only by a node that uses it.
    private static void AddOtlp(MeterProviderBuilder collected, Uri endpoint, TimeSpan interval) =>
        collected.AddOtlpExporter((otlp, reader) =>
        {
            otlp.Endpoint = endpoint;
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)interval.TotalMilliseconds;
        });

    // OpenTelemetry makes room for the series of an instrument when the instrument is made: by default for 2,000, which
    // takes 180 KB. What comes after that has no tags any more. So a node of one group has a tenth of the room, and a
    // node of many groups has enough.
    private static int MostSeries(Instrument instrument, int groups)
    {
        int perGroup = instrument.Meter.Name != Raft.MeterName ? 0 : Many.Contains(instrument.Name) ? OfMany : OfFew;
        return OfMany + (groups * perGroup);
    }

    /// <summary>Serves <c>/metrics</c>, if Prometheus gets the measurements.</summary>
    /// <param name="app">The host.</param>
    /// <param name="settings">Who gets the measurements.</param>
    /// <param name="role">The role that a client needs.</param>
    public static void Map(WebApplication app, MetricsSettings settings, Role role)
    {
        if (settings.Prometheus)
            app.MapPrometheusScrapingEndpoint("/metrics").RequireRole(role)
                .Describe(NodeOperations.Metrics);
    }
}
