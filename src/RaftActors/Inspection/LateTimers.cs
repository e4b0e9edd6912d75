using Akka.Event;
using RaftActors.Metrics;

namespace RaftActors.Inspection;

/// <summary>
/// Notices when the timer by which a peer leads or campaigns fires late by more than a heartbeat interval. Then other
/// work blocks the threads of the process, or the process stood still, and elections begin that nobody needs.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
internal sealed class LateTimers(RaftSettings settings, ILoggingAdapter log)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly KeyValuePair<string, object?> _tag = new("group", settings.Group);
    private TimeSpan _due;
    private TimeSpan? _lastSaid;

    /// <summary>How many timers were late.</summary>
    public long Count { get; private set; }

    /// <summary>Called when the timer is started.</summary>
    /// <param name="due">When it should fire.</param>
    public void OnStarted(TimeSpan due) => _due = due;

    /// <summary>Called when the timer has fired. The log gets one line a minute at most.</summary>
    public void OnFired(TimeSpan now)
    {
        var late = now - _due;
        if (late <= settings.HeartbeatInterval)
            return;
        Count++;
        RaftMetrics.LateTimers.Add(1, _tag);
        if (now - _lastSaid < Silence)
            return;
        _lastSaid = now;
        log.Warning(
            "{0}: a timer fired {1} ms late, by more than raft.heartbeat-interval. Other work blocks the threads of "
                + "this process, or the process stood still. Give work that blocks a dispatcher of its own. Late "
                + "timers since the start of the peer: {2}.",
            settings.PersistenceId, (long)late.TotalMilliseconds, Count);
    }
}
