namespace RaftActors.Tests;

/// <summary>
/// The mutants of tests/mutants, each a small planted error in the protocol: that they are found is what the simulator
/// is worth. Here only that they still are changes of the present source; who changes a line that a mutant changes
/// moves the mutant along. See docs/mutants.md.
/// </summary>
public sealed class MutantsSpec
{
    private static readonly string Root = Repository.Root;

    private static string Folder => Path.Combine(Root, "tests", "mutants");

    public static TheoryData<string> Mutants =>
        [.. Directory.GetFiles(Folder, "*.patch", SearchOption.AllDirectories)
            .Select(static path => Path.ChangeExtension(Path.GetRelativePath(Folder, path), null).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Every_mutant_is_a_change_of_the_present_source(string mutant)
    {
        string[] patch = File.ReadAllLines(Path.Combine(Root, "tests", "mutants", $"{mutant}.patch"));
        int hunks = 0;
        string file = "";
        for (int i = 0; i < patch.Length; i++)
        {
            if (patch[i].StartsWith("--- a/", StringComparison.Ordinal))
                file = patch[i]["--- a/".Length..];
            if (!patch[i].StartsWith("@@", StringComparison.Ordinal))
                continue;
            hunks++;
            string[] before = [.. patch.Skip(i + 1).TakeWhile(line => line.Length > 0 && line[0] is ' ' or '-' or '+')
                .Where(line => line[0] != '+' && !line.StartsWith("--- ", StringComparison.Ordinal))
                .Select(line => line[1..])];
            Assert.True(Contains(File.ReadAllLines(Path.Combine(Root, file)), before),
                $"tests/mutants/{mutant}.patch does not apply: {file} has no longer\n{string.Join('\n', before)}");
        }
        Assert.True(hunks > 0, $"tests/mutants/{mutant}.patch changes nothing.");
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Every_mutant_says_what_it_breaks_and_is_in_the_table(string mutant)
    {
        Assert.Contains(File.ReadLines(Path.Combine(Root, "tests", "mutants", $"{mutant}.patch")),
            line => line.StartsWith("Breaks: ", StringComparison.Ordinal));
        Assert.Contains($"| `{mutant}` |", File.ReadAllText(Path.Combine(Root, "docs", "mutants.md")));
    }

    private static bool Contains(string[] lines, string[] block) =>
        Enumerable.Range(0, Math.Max(0, lines.Length - block.Length + 1))
            .Any(at => lines.AsSpan(at, block.Length).SequenceEqual(block));
}
