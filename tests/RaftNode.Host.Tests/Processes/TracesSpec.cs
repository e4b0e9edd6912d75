using System.Net;
using System.Text;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The spans that real nodes send, one trace over all of them.</summary>
public sealed class TracesSpec
{
    private const string Caller = "b7ad6b7169203331";

    [Fact]
    public async Task A_write_to_a_follower_is_one_trace_over_all_nodes_and_belongs_to_its_caller()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var cluster = await NodeCluster.StartAsync(3, Traced(collector));
        int leads = await cluster.LeaderAsync();
        await cluster.SettledAsync();
        var (leader, asked, other) = (Node(leads), Node((leads + 1) % 3), Node((leads + 2) % 3));
        string[] followers = [.. new[] { asked, other }.Order(StringComparer.Ordinal)];

        // The first two name no trace that is recorded, so they have no spans. The third one does.
        string unrecorded = await PutAsync(cluster, (leads + 1) % 3, "00-{0}-" + Caller + "-00");
        await PutAsync(cluster, (leads + 1) % 3, "nonsense");
        string recorded = await PutAsync(cluster, (leads + 1) % 3, "00-{0}-" + Caller + "-01");
        var spans = await Eventually.GetAsync("all spans", () => Task.FromResult(
            collector.Spans.Where(span => span.TraceId == recorded).ToList() is { Count: 13 } all ? all : null),
            () => string.Join('\n', collector.Spans));

        Assert.Equal($"""
            PUT /kv/{"{**key}"} server {asked}
              raft.forward client {asked}
                raft.propose server {leader}
                  raft.append internal {leader}
                    raft.journal.write internal {leader}
                  raft.apply internal {leader}
                  raft.commit internal {leader}
                  raft.replicate client {leader} to {followers[0]}
                    raft.append server {followers[0]}
                      raft.journal.write internal {followers[0]}
                  raft.replicate client {leader} to {followers[1]}
                    raft.append server {followers[1]}
                      raft.journal.write internal {followers[1]}
            """.ReplaceLineEndings("\n"), Tree(spans));
        Assert.All(spans, static span => Assert.False(span.IsError));
        var served = spans.Single(static span => span.Name.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal("201", served.Tags["http.response.status_code"]);
        // The spans of a process come in order: whoever sent these has sent none before.
        Assert.DoesNotContain(collector.Spans, span => span.TraceId == unrecorded);
        Assert.All(collector.Spans, span => Assert.Equal(recorded, span.TraceId));
    }

    private static string Traced(OtlpCollector collector) => $$"""
        raftnode.traces { otlp.endpoint = "{{collector.Url}}", sampling-ratio = 0 }

        """;

    private static string Node(int index) => $"node{index + 1}";

    private static async Task<string> PutAsync(NodeCluster cluster, int node, string traceParent)
    {
        string traceId = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Put, cluster.Key(node, traceId))
        {
            Content = new StringContent("value"),
        };
        string header = traceParent.Replace("{0}", traceId, StringComparison.Ordinal);
        request.Headers.TryAddWithoutValidation("traceparent", header);
        using var response = await cluster.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return traceId;
    }

    private static string Tree(List<ReceivedSpan> spans)
    {
        string[] kinds = ["", "internal", "server", "client"];
        var text = new StringBuilder();
        Write(Caller, "");
        return text.ToString().TrimEnd();

        void Write(string parent, string indent)
        {
            var children = spans.Where(span => span.ParentId == parent).Select(span => (Span: span, Line: Line(span)));
            foreach (var (span, line) in children.OrderBy(static child => child.Line, StringComparer.Ordinal))
            {
                text.Append(indent).Append(line).Append('\n');
                Write(span.SpanId, indent + "  ");
            }
        }

        string Line(ReceivedSpan span)
        {
            string to = span.Tags.TryGetValue("follower", out string? follower) ? $" to {follower}" : "";
            return $"{span.Name} {kinds[span.Kind]} {span.Node}{to}";
        }
    }
}
