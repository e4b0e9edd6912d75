namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>
    /// Sets the wall clock of a peer's process. Timeouts and other durations are measured by another clock, which is
    /// not changed.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="by">How far the wall clock is set forward. A negative time sets the clock back.</param>
    public void StepWallClock(RaftPeer peer, TimeSpan by)
    {
        _trace.Add($"{peer.Id}'s wall clock is set by {by}");
        peer.Running.StepWallClock(by);
    }

    /// <summary>Stops the wall clock of a peer's process, or lets it go on with the right time.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="stopped">Whether to stop the clock.</param>
    public void StopWallClock(RaftPeer peer, bool stopped = true)
    {
        _trace.Add($"{peer.Id}'s wall clock {(stopped ? "stands still" : "goes on")}");
        peer.Running.StopWallClock(stopped);
    }

    /// <summary>Stops a peer's process as SIGSTOP does: messages wait, and the clocks of the process go on.</summary>
    /// <param name="peer">A running peer.</param>
    public void Pause(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} is paused");
        peer.Running.Pause();
    }

    /// <summary>Undoes <see cref="Pause"/>.</summary>
    /// <param name="peer">A running peer.</param>
    public void Resume(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} goes on");
        peer.Running.Resume();
    }
}
