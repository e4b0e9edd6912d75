using System.Text.RegularExpressions;

namespace RaftActors.Tests.Docs;

/// <summary>
/// The pages say nothing that does not compile: each C# example is a region of a test, word for word, and each link
/// leads somewhere.
/// </summary>
public sealed partial class DocsSpec
{
    private static readonly string Root = FindRoot();

    private static readonly string[] PageNames =
        [.. Directory.GetFiles(Root, "*.md")
            .Concat(Directory.Exists(Path.Combine(Root, "docs")) ? Directory.GetFiles(Path.Combine(Root, "docs"),
                "*.md", SearchOption.AllDirectories) : [])
            .Select(page => Path.GetRelativePath(Root, page))
            .Order(StringComparer.Ordinal)];

    public static TheoryData<string> Pages => [.. PageNames];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_example_is_part_of_a_test(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "```csharp")
                continue;
            var source = i == 0 ? Match.Empty : ExampleComment().Match(lines[i - 1]);
            Assert.True(source.Success,
                $"{page}:{i + 1}: the line above an example names its region: <!-- example: "
                    + "tests/.../File.cs#region-name -->");
            int end = Array.IndexOf(lines, "```", i);
            Assert.True(end > i, $"{page}:{i + 1}: the example does not end.");
            Assert.Equal(Region(source.Groups["file"].Value, source.Groups["region"].Value, $"{page}:{i}"),
                lines[(i + 1)..end]);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_within_the_repository_leads_to_a_file(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var broken = Link().Matches(File.ReadAllText(Path.Combine(Root, page)))
            .Select(link => link.Groups["target"].Value)
            .Where(target => !target.Contains("://") && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(folder, target.Split('#')[0])));

        Assert.Empty(broken);
    }

    [Fact]
    public void The_README_leads_to_every_page()
    {
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));

        Assert.All(PageNames.Where(page => page.StartsWith("docs", StringComparison.Ordinal)),
            page => Assert.Contains($"({page})", readme));
    }

    /// <summary>The lines of a region, without what they are all indented by.</summary>
    private static string[] Region(string file, string region, string at)
    {
        string path = Path.Combine(Root, file);
        Assert.True(File.Exists(path), $"{at}: there is no {file}.");
        string[] lines = File.ReadAllLines(path);
        int start = Array.FindIndex(lines, line => line.Trim() == $"#region {region}");
        Assert.True(start >= 0, $"{at}: {file} has no region '{region}'.");
        int end = Array.FindIndex(lines, start, line => line.Trim() == "#endregion");
        string[] body = [.. lines[(start + 1)..end].SkipWhile(string.IsNullOrWhiteSpace).Reverse()
            .SkipWhile(string.IsNullOrWhiteSpace).Reverse()];
        int indent = body.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return [.. body.Select(line => line.Length == 0 ? line : line[indent..])];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RaftActors.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException($"No RaftActors.sln above {AppContext.BaseDirectory}: the pages are "
            + "checked in a clone of the repository.");
    }

    [GeneratedRegex(@"^<!-- example: (?<file>\S+)#(?<region>\S+) -->$")]
    private static partial Regex ExampleComment();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
