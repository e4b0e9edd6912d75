using Akka.Configuration;
using DotNetty.Common;

namespace RaftNode.Host.Node;

/// <summary>The buffers of DotNetty, over which Akka.Remote sends and receives.</summary>
internal static class TransportBuffers
{
    // The variable that DotNetty reads itself.
    private const string Level = "io.netty.leakDetection.level";

    /// <summary>Whether a configuration names DotNetty's transport.</summary>
    public static bool AreUsed(Config config) =>
        config.GetString("akka.remote.dot-netty.tcp.transport-class", "")
            .Contains(nameof(DotNetty), StringComparison.Ordinal);

    /// <summary>
    /// Stops DotNetty from recording a stack trace with each hundredth buffer that it takes, lest one be lost: that
    /// reads the debug symbols of all methods on the stack. Does nothing where the environment variable
    /// <c>io.netty.leakDetection.level</c> says how it is to be.
    /// </summary>
    public static void RecordNoStackTraces()
    {
        if (Environment.GetEnvironmentVariable(Level) is null)
            ResourceLeakDetector.Level = ResourceLeakDetector.DetectionLevel.Disabled;
    }
}
