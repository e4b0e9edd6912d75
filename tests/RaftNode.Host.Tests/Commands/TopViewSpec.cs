using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Tests.Commands;

public sealed class TopViewSpec
{
    private static readonly DateTime Start = new(2026, 11, 30, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_rate_of_writes_is_counted_from_one_answer_to_the_next()
    {
        var view = new TopView();

        Assert.DoesNotContain("250", Show(view, Cluster(Start, 1000)));
        Assert.Contains("│ 250 │", Packed(Show(view, Cluster(Start.AddSeconds(2), 1500))));
        // The same answer again tells nothing new.
        Assert.Contains("│ 250 │", Packed(Show(view, Cluster(Start.AddSeconds(2), 1500))));
        Assert.Contains("│ 0 │", Packed(Show(view, Cluster(Start.AddSeconds(3), 1500))));
        // Another store begins again.
        Assert.DoesNotContain("│ 0 │", Packed(Show(view, Cluster(Start.AddSeconds(4), 1600, store: "another"))));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(60)]
    public void Each_terminal_shows_who_leads_and_who_does_not_answer(int width)
    {
        var shown = Show(new TopView(), Cluster(Start, 1000), width);

        Assert.Contains("leader", Packed(shown));
        Assert.Contains("not reachable", Packed(shown).Replace("\n", " "));
        Assert.Contains("node2: no answer", shown);
        Assert.All(shown.Split('\n').Where(static line => line.StartsWith('│')),
            line => Assert.InRange(line.Length, 1, width));
        Assert.Equal(width == 200, shown.Contains("10.0.0.1:4051", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "-")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1536L, "1.5 KiB")]
    [InlineData(300L << 20, "300 MiB")]
    public void Sizes_have_a_unit(long? bytes, string shown) => Assert.Equal(shown, TopView.Size(bytes));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(59.9, "59s")]
    [InlineData(61.0, "1m01s")]
    [InlineData(3661.0, "1h01m")]
    [InlineData(90_000.0, "1d01h")]
    public void Times_have_two_units(double? seconds, string shown) => Assert.Equal(shown, TopView.Uptime(seconds));

    private static string Show(TopView view, ClusterDocument cluster, int width = 200)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Write(view.Render(cluster, width, null));
        return text.ToString();
    }

    private static string Packed(string shown) =>
        string.Join(' ', shown.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static ClusterDocument Cluster(DateTime time, long commitIndex, string store = "s") => new()
    {
        Node = "node1", Time = time, Group = "kv", Leader = "node1", Term = 3, Index = 1, Changing = false,
        Members =
        [
            new ClusterMemberDocument
            {
                Id = "node1", Address = "10.0.0.1:4051", Membership = "voter", Priority = 0, Reachable = true,
                Status = new StatusDocument
                {
                    Node = "node1", Pid = 1, Role = "leader", Term = 3, Leader = "node1", CommitIndex = commitIndex,
                    AppliedIndex = commitIndex, LastIndex = commitIndex, FirstIndex = 1, PersistedIndex = commitIndex,
                    LogBytes = 2048, SnapshotIndex = 7, SnapshotBytes = 0, Group = "kv", GroupId = "", StoreId = store,
                    Address = "10.0.0.1:4051", State = new StateDocument(commitIndex, 12, ""), Members = [],
                    Followers = [], UptimeSeconds = 100, Version = "1",
                },
            },
            new ClusterMemberDocument
            {
                Id = "node2", Address = "10.0.0.2:4051", Membership = "voter", Priority = 0, Reachable = false,
                Problem = new ProblemDocument("urn:raftnode:unreachable", "no answer"),
            },
        ],
    };
}
