using System.Text.RegularExpressions;

namespace RaftActors.Tests.Docs;

/// <summary>
/// The pages say nothing that does not compile: each C# example is a region of a test, word for word, each link leads
/// to a file, and to a heading if it names one, and each spec that they name is there.
/// </summary>
public sealed partial class DocsSpec
{
    private static readonly string Root = Repository.Root;

    // Each example of these pages is a region of a test.
    private static readonly string[] Manual = [.. Names(Directory.GetFiles(Root, "*.md").Concat(In("docs")))];

    // The READMEs of packages, of the benchmarks and of the findings, and the page about HTTP.
    private static readonly string[] Others = [.. Names(In("src").Concat(In("bench")).Concat(In("findings")))];

    private static readonly Lazy<string> Specs = new(() => string.Concat(
        Directory.GetFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)));

    public static TheoryData<string> ManualPages => [.. Manual];

    public static TheoryData<string> Pages => [.. Manual, .. Others];

    [Theory]
    [MemberData(nameof(ManualPages))]
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
    public void Every_link_within_the_repository_leads_to_a_file_and_a_heading(string page)
    {
        string path = Path.Combine(Root, page);
        var broken = Link().Matches(File.ReadAllText(path))
            .Select(link => link.Groups["target"].Value)
            .Where(target => !target.Contains("://") && !LeadsSomewhere(path, target.Split('#')));

        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_spec_that_a_page_names_is_there(string page)
    {
        var missing = SpecName().Matches(File.ReadAllText(Path.Combine(Root, page)))
            .Where(name => !Specs.Value.Contains($"class {name.Groups["spec"]}")
                || (name.Groups["method"].Success && !Specs.Value.Contains($" {name.Groups["method"]}(")))
            .Select(name => name.Value);

        Assert.Empty(missing);
    }

    [Fact]
    public void The_README_leads_to_every_page()
    {
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));

        Assert.All(Manual.Where(page => page.StartsWith("docs", StringComparison.Ordinal)),
            page => Assert.Contains($"({page})", readme));
    }

    private static string[] In(string folder) => Directory.Exists(Path.Combine(Root, folder))
        ? Directory.GetFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)
        : [];

    private static IEnumerable<string> Names(IEnumerable<string> pages) =>
        pages.Select(page => Path.GetRelativePath(Root, page)).Order(StringComparer.Ordinal);

    private static bool LeadsSomewhere(string page, string[] target)
    {
        string path = target[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, target[0]);
        return Path.Exists(path) && (target.Length == 1 || Anchors(File.ReadAllText(path)).Contains(target[1]));
    }

    /// <summary>The anchors of a page's headings, as GitHub makes them.</summary>
    private static IEnumerable<string> Anchors(string page) => Heading().Matches(page).Select(heading =>
        NotInAnchors().Replace(heading.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

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

    [GeneratedRegex(@"^<!-- example: (?<file>\S+)#(?<region>\S+) -->$")]
    private static partial Regex ExampleComment();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)|^\[\w+\]: (?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<spec>\w+Spec)(\.(?<method>\w+))?`")]
    private static partial Regex SpecName();

    [GeneratedRegex(@"^#+ (?<text>[^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
