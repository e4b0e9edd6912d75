namespace RaftNode.Page.Tests;

/// <summary>The Chromium that is installed on this machine.</summary>
internal static class ChromiumInstallation
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string? Found = Find();

    /// <summary>
    /// Why specs that need Chromium are skipped on this machine; <c>null</c> when they are not. A build server
    /// (CI=true) skips none: there Chromium has to be installed.
    /// </summary>
    public static string? WhyNot => Found is not null || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "Chromium is not installed: there is none on the PATH.";

    /// <summary>The path of the program.</summary>
    /// <exception cref="InvalidOperationException">Chromium is not installed.</exception>
    public static string Program => Found
        ?? throw new InvalidOperationException("These specs need Chromium (apt-get install chromium) on the PATH.");

    private static string? Find()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => path.Select(directory => Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);
    }
}
