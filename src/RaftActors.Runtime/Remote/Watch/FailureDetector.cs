namespace Akka.Remote;

/// <summary>Judges from the times of heartbeats whether what sends them is still there. Times are of the actor system's monotonic clock.</summary>
internal abstract class FailureDetector
{
    /// <summary>True as long as nothing is known against it; so also before the first heartbeat.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Whether there was a heartbeat.</summary>
    public abstract bool IsMonitoring { get; }

    public abstract void HeartBeat();
}
