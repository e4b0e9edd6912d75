namespace RaftNode.Host.Tests.Processes;

/// <summary>A fact that needs a program: skipped on a machine that does not have the program.</summary>
internal sealed class InstalledFactAttribute : FactAttribute
{
    public InstalledFactAttribute(string program) =>
        Skip = Installed.Find(program) is null ? $"{program} is not installed" : null;
}

/// <summary>The programs of the machine.</summary>
internal static class Installed
{
    /// <summary>The path of a program; <c>null</c> if the machine does not have it.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);
}
