using Akka.Configuration;
using DotNetty.Common;

namespace RaftNode.Host.Node;

/// <summary>The buffers of DotNetty, which Akka.Remote uses to send and receive.</summary>
internal static class TransportBuffers
{
    // DotNetty itself reads this variable.
    private const string Level = "io.netty.leakDetection.level";

    /// <summary>Whether a configuration names DotNetty's transport.</summary>
    public static bool AreUsed(Config config) =>
        config.GetString("akka.remote.dot-netty.tcp.transport-class", "")
            .Contains(nameof(DotNetty), StringComparison.Ordinal);

    /// <summary>
    /// Stops DotNetty from recording a stack trace for one in a hundred buffers, to find lost ones. A stack trace reads
    /// the debug symbols of all methods on the stack. Does nothing if the environment variable
    /// <c>io.netty.leakDetection.level</c> is set.
    /// </summary>
    public static void RecordNoStackTraces()
    {
        if (Environment.GetEnvironmentVariable(Level) is null)
            ResourceLeakDetector.Level = ResourceLeakDetector.DetectionLevel.Disabled;
    }
}
