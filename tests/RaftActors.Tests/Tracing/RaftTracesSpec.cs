using System.Diagnostics;
using RaftActors.Tracing;

namespace RaftActors.Tests.Tracing;

public sealed class RaftTracesSpec
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "traces.md"));

    public static TheoryData<string> Steps => [.. RaftTraces.All.Select(static step => step.Name)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Each_step_has_a_row_in_the_page_that_lists_them(string name)
    {
        var step = Assert.Single(RaftTraces.All, each => each.Name == name);
        string kind = step.Kind == ActivityKind.Client ? "client" : "internal or server";
        string tags = string.Join(", ", step.Tags.Select(static tag => $"`{tag}`"));

        Assert.Contains($"| `{name}` | {kind} | {tags} | {step.Description.TrimEnd('.')} |", Page);
        Assert.Matches("^raft(\\.[a-z]+)+$", name);
    }

    [Fact]
    public void The_page_lists_no_other_step()
    {
        var rows = Page.Split('\n').Where(static line => line.StartsWith("| `raft.", StringComparison.Ordinal));

        Assert.Equal(RaftTraces.All.Count, rows.Count());
    }
}
