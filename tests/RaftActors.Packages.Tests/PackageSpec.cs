using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RaftActors.Tests;

namespace RaftActors.Packages.Tests;

/// <summary>The packages as their users get them.</summary>
public sealed partial class PackageSpec : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-packages-").FullName;

    // Of its own, so that nothing that was restored before is taken for it.
    private readonly string _version = $"0.1.0-spec.{Guid.NewGuid():N}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_new_program_restores_the_packages_and_runs_the_READMEs_example()
    {
        foreach (string name in Packages.Names)
        {
            string project = Path.Combine(Repository.Root, "src", name, $"{name}.csproj");
            await DotnetAsync(
                Repository.Root, "pack", project, "--no-build", "--configuration", Repository.Configuration,
                $"-p:Version={_version}", "--output", Path.Combine(_folder, "feed"));
            CheckContents(name);
        }

        string program = Path.Combine(_folder, "program");
        Directory.CreateDirectory(program);
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "RaftActors", "README.md"));
        await File.WriteAllTextAsync(Path.Combine(program, "Program.cs"), Example().Match(readme).Groups["code"].Value);
        await File.WriteAllTextAsync(Path.Combine(program, "program.csproj"), Project());

        Assert.Equal("the sum is 42", (await DotnetAsync(program, "run")).Trim().Split('\n')[^1]);
    }

    private void CheckContents(string name)
    {
        string package = Path.Combine(_folder, "feed", $"{name}.{_version}.nupkg");
        using var archive = ZipFile.OpenRead(package);
        string[] files = [.. archive.Entries.Select(static entry => entry.FullName)];
        string[] wanted = ["README.md", "icon.png", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"];
        Assert.Empty(wanted.Except(files));
        using var nuspec = archive.GetEntry($"{name}.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single(static each => each.Name.LocalName == "metadata");
        string Text(string element) => metadata.Elements().Single(each => each.Name.LocalName == element).Value;
        Assert.Equal(("Apache-2.0", "README.md", "icon.png"), (Text("license"), Text("readme"), Text("icon")));
        Assert.Contains("akka", Text("tags"));
        Assert.True(File.Exists(Path.ChangeExtension(package, "snupkg")), $"{name} has no symbols.");
    }

    // The packages of others come from where this repository's own come from, those of this repository from the folder.
    private string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <NuGetAudit>false</NuGetAudit>
            <RestoreAdditionalProjectSources>{_folder}/feed</RestoreAdditionalProjectSources>
            <RestorePackagesPath>{_folder}/packages</RestorePackagesPath>
            <RestoreFallbackFolders>{NuGetRoot()}</RestoreFallbackFolders>
          </PropertyGroup>
          <ItemGroup>
        {string.Join('\n', Packages.Names.Select(name => $"    <PackageReference Include=\"{name}\" Version=\"{_version}\" />"))}
          </ItemGroup>
        </Project>
        """;

    private static string NuGetRoot() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of the process that runs the specs, which is about other folders.
        foreach (string name in start.Environment.Keys.Where(static name =>
            name.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        // A server of a build outlives the command and keeps its output open, so that its end would not come for long.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{await output}\n{await errors}");
        return await output;
    }

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
