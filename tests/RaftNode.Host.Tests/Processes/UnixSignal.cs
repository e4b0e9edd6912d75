using System.Runtime.InteropServices;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Signals to processes, by their numbers on this operating system.</summary>
internal static class UnixSignal
{
    public static readonly int Interrupt = 2;
    public static readonly int Kill = 9;
    public static readonly int Terminate = 15;
    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Sends a signal. A process that has ended gets none.</summary>
    public static void Send(int pid, int signal) => _ = SendSignal(pid, signal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int pid, int signal);
}
