using System.Reflection;
using PublicApiGenerator;
using RaftActors.Tests;

namespace RaftActors.Packages.Tests;

/// <summary>
/// What the packages promise their users is committed as text: a change of it is seen in review. Where it is wanted,
/// run the spec with <c>RAFT_APPROVE=1</c> and commit what it has written.
/// </summary>
public sealed class PublicApiSpec
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    public static TheoryData<string> Assemblies => new(Packages.Names);

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_API_is_the_approved_one(string assembly)
    {
        string file =
            Path.Combine(Repository.Root, "tests", "RaftActors.Packages.Tests", "Approved", $"{assembly}.txt");
        string[] actual = Assembly.Load(assembly).GeneratePublicApi(Options).ReplaceLineEndings("\n").Split('\n');
        if (Environment.GetEnvironmentVariable("RAFT_APPROVE") == "1")
            File.WriteAllText(file, string.Join('\n', actual) + '\n');

        string[] approved = File.Exists(file) ? File.ReadAllText(file).TrimEnd('\n').Split('\n') : [];

        Assert.Equal(
            (Array.Empty<string>(), Array.Empty<string>()),
            (actual.Except(approved).ToArray(), approved.Except(actual).ToArray()));
        Assert.Equal(approved, actual);
    }
}
