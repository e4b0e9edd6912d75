using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RaftNode.Host.Dev;

/// <summary>Asks a process to stop in order, for which .NET has no call.</summary>
internal static class Signal
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM; where there are no signals, the process is ended.</summary>
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
