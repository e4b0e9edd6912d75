using System.Diagnostics;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The PostgreSQL that is installed on this machine, and how its programs are run.</summary>
internal static class PostgresInstallation
{
    private const string DebianDirectory = "/usr/lib/postgresql";

    // The programs refuse to run as root: then they run as the user that the package makes for them.
    private const string User = "postgres";

    private static readonly string? Programs = Find();

    /// <summary>
    /// Why specs that need PostgreSQL are skipped on this machine; <c>null</c> when they are not. A build server
    /// (CI=true) skips none: there PostgreSQL has to be installed.
    /// </summary>
    public static string? WhyNot => Programs is not null || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : $"PostgreSQL is not installed: there is no initdb in {DebianDirectory}/*/bin or on the PATH.";

    /// <summary>The command line of a program of PostgreSQL.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed.</exception>
    public static IReadOnlyList<string> Command(string program, params IEnumerable<string> arguments)
    {
        var directory = Programs ?? throw new InvalidOperationException(
            $"These specs need PostgreSQL: {DebianDirectory}/*/bin/initdb, or initdb on the PATH.");
        string[] asUser = ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups"];
        if (!Environment.IsPrivilegedProcess)
            asUser = [];
        return [.. asUser, Path.Combine(directory, program), .. arguments];
    }

    /// <summary>Gives a file or directory to the user that the programs run as.</summary>
    public static void GiveAway(string path)
    {
        if (Environment.IsPrivilegedProcess)
            Run(["chown", $"{User}:", path]);
    }

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    public static void Run(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var written = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"'{string.Join(' ', command)}' ended with {process.ExitCode}: {output}{written.Result}");
        }
    }

    private static int Version(string path) => int.TryParse(Path.GetFileName(path), out var version) ? version : 0;

    private static string? Find()
    {
        string[] versions = Directory.Exists(DebianDirectory) ? Directory.GetDirectories(DebianDirectory) : [];
        var debian = versions.OrderByDescending(Version).Select(static path => Path.Combine(path, "bin"));
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return debian.Concat(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(static directory => File.Exists(Path.Combine(directory, "initdb")));
    }
}
