namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>
    /// Sets the wall clock of a peer's process. Time-outs and other durations are measured by another clock, which goes
    /// on.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="by">By how much: forward, or back if it is less than zero.</param>
    public void StepWallClock(RaftPeer peer, TimeSpan by)
    {
        _trace.Add($"{peer.Id}'s wall clock is set by {by}");
        peer.Running.StepWallClock(by);
    }

    /// <summary>Has the wall clock of a peer's process stand still, or go on with the right time.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="stopped">Whether it stands still.</param>
    public void StopWallClock(RaftPeer peer, bool stopped = true)
    {
        _trace.Add($"{peer.Id}'s wall clock {(stopped ? "stands still" : "goes on")}");
        peer.Running.StopWallClock(stopped);
    }

    /// <summary>Has a peer's process stand still, as SIGSTOP does: what arrives waits, and its clocks go on.</summary>
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
