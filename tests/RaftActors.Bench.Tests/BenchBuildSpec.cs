namespace RaftActors.Bench.Tests;

public sealed class BenchBuildSpec : IDisposable
{
    private static readonly string Executable =
        OperatingSystem.IsWindows() ? "RaftActors.Bench.exe" : "RaftActors.Bench";

    private readonly string _directory = Directory.CreateTempSubdirectory("bench-build-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("artifacts/bin/RaftActors.Bench/release")]
    [InlineData("artifacts/Embedded/bin/RaftActors.Bench/release")]
    [InlineData(".")]
    public void A_checkout_of_any_commit_or_the_build_itself_is_found(string place)
    {
        var build = Build(place, DateTime.UtcNow);

        Assert.Equal(Path.GetFullPath(build), BenchBuild.Find(_directory).Program);
    }

    [Fact]
    public void Of_several_builds_the_newest_counts()
    {
        Build("artifacts/bin/RaftActors.Bench/release", DateTime.UtcNow.AddDays(-1));
        var newest = Build("artifacts/Embedded/bin/RaftActors.Bench/release", DateTime.UtcNow);

        Assert.Equal(newest, BenchBuild.Find(_directory).Program);
    }

    [Fact]
    public void A_checkout_that_was_built_for_debugging_alone_is_no_build()
    {
        Build("artifacts/bin/RaftActors.Bench/debug", DateTime.UtcNow);

        var error = Assert.Throws<BenchException>(() => BenchBuild.Find(_directory));

        Assert.Contains(_directory, error.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet build -c Release", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var error = Assert.Throws<BenchException>(() => BenchBuild.Find(Path.Combine(_directory, "gone")));

        Assert.Contains("gone: there is no such directory", error.Message, StringComparison.Ordinal);
    }

    private string Build(string place, DateTime written)
    {
        var directory = Directory.CreateDirectory(Path.GetFullPath(Path.Combine(_directory, place))).FullName;
        File.Copy(typeof(BenchBuild).Assembly.Location, Path.Combine(directory, "RaftActors.Bench.dll"));
        File.SetLastWriteTimeUtc(Path.Combine(directory, "RaftActors.Bench.dll"), written);
        File.WriteAllText(Path.Combine(directory, Executable), "");
        return Path.Combine(directory, Executable);
    }
}
