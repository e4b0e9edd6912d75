using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RaftActors;

namespace RaftNode.Host.Tests.Processes;

/// <summary>What a real node tells Prometheus.</summary>
public sealed partial class MetricsSpec
{
    [Fact]
    public async Task A_node_serves_what_its_peer_its_store_and_its_HTTP_measure()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        for (int i = 0; i < 10; i++)
        {
            using var put = await cluster.Http.PutAsync(cluster.Key(leader, $"key{i}"), new StringContent("value"));
            put.EnsureSuccessStatusCode();
        }
        (await cluster.Http.GetAsync(cluster.Key(leader, "key1"))).EnsureSuccessStatusCode();
        (await cluster.Http.GetAsync(cluster.Key(leader, "none"))).Dispose();
        var status = (await cluster.SettledAsync())[leader];

        string text = await cluster.Http.GetStringAsync($"{cluster.Urls[leader]}/metrics");

        Assert.Equal(status.Term, Value(text, "raft_peer_term"));
        Assert.Equal(1, Value(text, "raft_peer_role", "role=\"leader\""));
        Assert.True(Value(text, "raft_log_commit_index") >= 10, text);
        Assert.Equal(2, Lines(text, "raft_follower_lag").Count);
        Assert.True(Value(text, "raft_proposals_total") >= 10, text);
        Assert.True(Value(text, "raft_reads_total", "kind=\"read_index\"") >= 2, text);
        Assert.True(Value(text, "raft_entries_commit_duration_seconds_count") >= 10, text);
        Assert.True(Value(text, "raft_entries_apply_duration_seconds_count") >= 10, text);
        Assert.True(Value(text, "raft_journal_write_duration_seconds_count") >= 10, text);
        Assert.True(Value(text, "raft_sqlite_commit_duration_seconds_count") >= 10, text);
        Assert.True(Value(text, "raft_http_problems_total", "urn:raftnode:not-found") >= 1, text);
        Assert.NotEmpty(Lines(text, "dotnet_process_memory_working_set_bytes"));
        Assert.Empty(Names(text).Except(Documented.Value));
    }

    [Fact]
    public async Task The_metrics_of_a_group_with_the_longest_name_are_well_formed()
    {
        string group = new string('g', 60) + "-_.1";
        await using var cluster = await NodeCluster.StartAsync(1, $"raft.group = {group}\n");
        using (var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            put.EnsureSuccessStatusCode();

        string text = await cluster.Http.GetStringAsync($"{cluster.Urls[0]}/metrics");

        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            static line => Assert.Matches(Exposed(), line));
        Assert.Contains($"group=\"{group}\"", Assert.Single(Lines(text, "raft_peer_term")));
    }

    [Fact]
    public async Task A_node_of_many_groups_serves_what_each_of_them_measures()
    {
        const int Groups = 600;
        await using var cluster = await NodeCluster.StartAsync(1, $"raft.groups = {Groups}\n");

        string text = await cluster.Http.GetStringAsync($"{cluster.Urls[0]}/metrics");

        Assert.Equal(4 * Groups, Lines(text, "raft_peer_role").Count);
        Assert.DoesNotContain("otel_metric_overflow", text);
    }

    [Fact]
    public void Each_instrument_is_in_the_docs_as_Prometheus_names_it()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == Raft.MeterName)
                    instruments.Add(instrument);
            },
        };
        foreach (string holder in Holders)
            RuntimeHelpers.RunClassConstructor(Type.GetType(holder, throwOnError: true)!.TypeHandle);
        listener.Start();

        Assert.Equal(instruments.Select(PrometheusName).Order(), Documented.Value.Order());
    }

    [Fact]
    public void Each_query_of_the_dashboard_names_metrics_that_there_are()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(InDocs("grafana.json")))!;
        var queries = dashboard["panels"]!.AsArray()
            .SelectMany(static panel => panel!["targets"]!.AsArray())
            .Select(static target => (string)target!["expr"]!)
            .ToList();
        string[] parts = ["_bucket", "_sum", "_count"];

        Assert.True(queries.Count >= 30);
        Assert.All(queries, query =>
        {
            var names = RaftName().Matches(query).Select(static match => match.Value).ToList();
            Assert.True(names.Count > 0 || query.StartsWith("dotnet_", StringComparison.Ordinal), query);
            Assert.All(names, name => Assert.True(
                Documented.Value.Contains(name)
                    || parts.Any(part => name.EndsWith(part, StringComparison.Ordinal)
                        && Documented.Value.Contains(name[..^part.Length])),
                $"{name} in {query}"));
        });
    }

    // Where the instruments are: a meter has them once these classes are used.
    private static readonly string[] Holders =
    [
        "RaftActors.Metrics.RaftMetrics, RaftActors",
        "RaftActors.Coordination.LeaseMetrics, RaftActors.Coordination",
        "RaftActors.Persistence.Sqlite.Storage.SqliteMetrics, RaftActors.Persistence.Sqlite",
        "RaftNode.Host.Node.HostMetrics, raftnode",
    ];

    // The second column of the tables of instruments.
    private static readonly Lazy<IReadOnlySet<string>> Documented = new(static () => Row()
        .Matches(File.ReadAllText(InDocs("metrics.md"))).Select(static match => match.Groups[1].Value).ToHashSet());

    private static string PrometheusName(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        string total = instrument is Counter<long> or ObservableCounter<long> ? "_total" : "";
        return instrument.Name.Replace('.', '_') + unit + total;
    }

    private static IEnumerable<string> Names(string text) => TypeLine().Matches(text)
        .Select(static match => match.Groups[1].Value)
        .Where(static name => name.StartsWith("raft_", StringComparison.Ordinal));

    private static string InDocs(string file) => Path.Combine(AppContext.BaseDirectory, "docs", file);

    private static double Value(string text, string metric, string tag = "") =>
        double.Parse(
            Assert.Single(Lines(text, metric), line => line.Contains(tag, StringComparison.Ordinal)).Split(' ')[1],
            CultureInfo.InvariantCulture);

    private static List<string> Lines(string text, string metric) =>
        [.. text.Split('\n').Where(line => Name().Match(line).Value == metric)];

    // A line of the text format of Prometheus: a comment, or a sample with its labels, its value and maybe its time.
    [GeneratedRegex("^(# (TYPE|HELP|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]*( .*)?"
        + "|[a-zA-Z_:][a-zA-Z0-9_:]*({([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\n\"])*\"(,|(?=})))*})? "
        + "(NaN|[+-]Inf|[-+0-9.eE]+)( [0-9.]+)?)$")]
    private static partial Regex Exposed();

    [GeneratedRegex("^[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("\\braft_[a-z_]+")]
    private static partial Regex RaftName();

    [GeneratedRegex("^\\| `raft\\.[a-z._]+` \\| `(raft_[a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("^# TYPE ([a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
