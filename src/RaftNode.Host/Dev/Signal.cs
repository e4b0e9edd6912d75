using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RaftNode.Host.Dev;

/// <summary>Asks a process to stop in an orderly way. .NET has no call for that.</summary>
internal static class Signal
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM. On a system without signals, kills the process.</summary>
    public static void SendTerminate(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill();
        else if (!process.HasExited)
            _ = Kill(process.Id, Terminate);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
