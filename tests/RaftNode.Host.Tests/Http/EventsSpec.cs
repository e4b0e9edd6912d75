using System.Net;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary><c>GET /events</c> of real processes.</summary>
public sealed class EventsSpec
{
    [Fact]
    public async Task Every_node_tells_what_happened_on_all_nodes_and_then_what_happens()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        using var stream = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[(leader + 1) % 3]}/events");
        // A node that is slow to answer is heard after the past of the others.
        var seen = await ToAllAsync(
            stream,
            static happened => happened.Type == "current",
            static happened => happened.Type == "started" && Node(happened) == "node1",
            static happened => happened.Type == "started" && Node(happened) == "node2",
            static happened => happened.Type == "started" && Node(happened) == "node3",
            static happened => happened.Type == "election" && Text(happened, "reason") == "timeout",
            static happened => happened.Type == "members",
            happened => Node(happened) == $"node{leader + 1}" && Text(happened, "role") == "leader");
        var past = seen.TakeWhile(static happened => happened.Type != "current").ToList();
        Assert.Equal(past.OrderBy(Time), past);
        Assert.Equal(seen.Count, seen.Select(static happened => happened.Data).Distinct().Count());
        string resume = stream.LastId;

        // On the node that is asked, and on another.
        for (int node = 0; node < 3; node++)
        {
            using var taken = await cluster.Http.PostAsync($"{cluster.Urls[node]}/snapshot", null);
            taken.EnsureSuccessStatusCode();
            await ToAsync(stream, happened => happened.Type == "snapshot" && Node(happened) == $"node{node + 1}");
        }
        int next = (leader + 2) % 3;
        using (var moved = await cluster.Http.PostAsync(
            $"{cluster.Urls[leader]}/leader/transfer?to=node{next + 1}", null))
            moved.EnsureSuccessStatusCode();
        // What happens on several nodes comes in any order.
        await ToAllAsync(
            stream,
            happened => happened.Type == "election" && Node(happened) == $"node{next + 1}"
                && Text(happened, "reason") == "transfer",
            happened => happened.Type == "leader" && Node(happened) == $"node{leader + 1}"
                && Text(happened, "leader") == $"node{next + 1}");

        using var resumed =
            await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[(leader + 1) % 3]}/events", resume);
        Assert.Equal("current", (await resumed.NextAsync()).Type);
        await ToAsync(resumed, static happened => happened.Type == "snapshot");

        // Another node has other ids: it begins again, and says so.
        using var elsewhere = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[leader]}/events", resume);
        Assert.Equal("reset", (await elsewhere.NextAsync()).Type);
        Assert.Equal("started", (await elsewhere.NextAsync()).Type);
    }

    [Fact]
    public async Task A_thousand_readers_do_not_take_a_node_down()
    {
        await using var cluster = await NodeCluster.StartAsync(1, "raftnode.events.max-readers = 600\n");
        using var http = new HttpClient { Timeout = ProgramRun.Patience };
        var requests = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ =>
            http.GetAsync($"{cluster.Urls[0]}/events", HttpCompletionOption.ResponseHeadersRead)));
        Assert.Equal(600, requests.Count(static answer => answer.StatusCode == HttpStatusCode.OK));
        var refused = requests.Where(static answer => answer.StatusCode != HttpStatusCode.OK).ToArray();
        Assert.All(refused, static answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.Contains("600 requests watch, the most that raftnode.events.max-readers allows",
            await refused[0].Content.ReadAsStringAsync());

        // Nobody reads what is sent; the node goes on, and has room again when they are gone.
        using (var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            put.EnsureSuccessStatusCode();
        using (var taken = await cluster.Http.PostAsync($"{cluster.Urls[0]}/snapshot", null))
            taken.EnsureSuccessStatusCode();
        foreach (var request in requests)
            request.Dispose();
        await Eventually.IsTrueAsync("room for a reader", async () =>
        {
            using var again = await http.GetAsync(
                $"{cluster.Urls[0]}/events", HttpCompletionOption.ResponseHeadersRead);
            return again.IsSuccessStatusCode;
        }, cluster.Transcripts);
    }

    private static async Task<List<ServerSentEvent>> ToAllAsync(
        EventStream stream, params Func<ServerSentEvent, bool>[] wanted)
    {
        var left = wanted.ToList();
        var events = new List<ServerSentEvent>();
        while (left.Count > 0)
        {
            events.Add(await stream.NextAsync());
            left.RemoveAll(each => each(events[^1]));
        }
        return events;
    }

    private static async Task<List<ServerSentEvent>> ToAsync(EventStream stream, Func<ServerSentEvent, bool> last)
    {
        var events = new List<ServerSentEvent>();
        do
            events.Add(await stream.NextAsync());
        while (!last(events[^1]));
        return events;
    }

    private static string? Node(ServerSentEvent happened) => Text(happened, "node");

    private static DateTime Time(ServerSentEvent happened) => happened.Json.GetProperty("time").GetDateTime();

    private static string? Text(ServerSentEvent happened, string property) =>
        happened.Json.TryGetProperty(property, out var value) ? value.GetString() : null;
}
