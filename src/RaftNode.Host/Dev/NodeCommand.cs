using System.Diagnostics;

namespace RaftNode.Host.Dev;

/// <summary>Starts this program again as a node.</summary>
internal static class NodeCommand
{
    /// <summary>How to start a node whose input and output are redirected to the caller.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    public static ProcessStartInfo Create(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardInput = true,
            RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Program().Concat(arguments))
        {
            if (start.FileName.Length == 0)
                start.FileName = argument;
            else
                start.ArgumentList.Add(argument);
        }
        return start;
    }

    /// <summary>
    /// The program as it was started: the executable beside the assembly, or dotnet with the assembly.
    /// </summary>
    public static IEnumerable<string> Program()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "raftnode.dll");
        var executable =
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "raftnode.exe" : "raftnode");
        if (File.Exists(executable))
            return [executable];
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? path
            : "dotnet";
        return [host, assembly];
    }
}
