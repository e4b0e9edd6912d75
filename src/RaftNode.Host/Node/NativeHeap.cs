using System.Runtime.InteropServices;

namespace RaftNode.Host.Node;

/// <summary>The memory that native code allocates, which in a node is SQLite's above all.</summary>
internal static class NativeHeap
{
    private const string Glibc = "libc.so.6";
    private const int ArenaMax = -8; // M_ARENA_MAX in glibc's malloc.h

    /// <summary>
    /// Lets new threads share what glibc's malloc already has: by itself it gives each an arena of its own, and each of
    /// these keeps what was freed in it. Does nothing where there is no glibc, or where <c>MALLOC_ARENA_MAX</c> says
    /// how it is to be.
    /// </summary>
    public static void ShareArenas()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is null
            && NativeLibrary.TryLoad(Glibc, out var glibc) && NativeLibrary.TryGetExport(glibc, "mallopt", out _))
            _ = SetOption(ArenaMax, 1);
    }

    [DllImport(Glibc, EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);
}
