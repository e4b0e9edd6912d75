using System.Runtime.InteropServices;

namespace RaftNode.Host.Node;

/// <summary>The memory that native code allocates. In a node, that is mainly SQLite.</summary>
internal static class NativeHeap
{
    private const string Glibc = "libc.so.6";
    private const int ArenaMax = -8; // M_ARENA_MAX in glibc's malloc.h

    /// <summary>
    /// Makes new threads share the memory areas that glibc's malloc already has. By default each thread gets an arena
    /// of its own, which keeps the memory that was freed in it. Does nothing without glibc, or if
    /// <c>MALLOC_ARENA_MAX</c> is set.
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
