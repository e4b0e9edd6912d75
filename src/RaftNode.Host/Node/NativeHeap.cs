using System.Runtime.InteropServices;

namespace RaftNode.Host.Node;

/// <summary>The memory that native code allocates: in a node, SQLite and the just-in-time compiler.</summary>
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
        if (Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is null && HasGlibc("mallopt"))
            _ = SetOption(ArenaMax, 1);
    }

    /// <summary>
    /// Gives free memory back to the operating system, also from between what is in use. By itself, malloc of glibc
    /// gives back only the end of an area. Does nothing without glibc.
    /// </summary>
    public static void GiveBack()
    {
        if (HasGlibc("malloc_trim"))
            _ = Trim(0);
    }

    private static bool HasGlibc(string function) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Glibc, out var glibc)
            && NativeLibrary.TryGetExport(glibc, function, out _);

    [DllImport(Glibc, EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);

    [DllImport(Glibc, EntryPoint = "malloc_trim")]
    private static extern int Trim(nuint pad);
}
