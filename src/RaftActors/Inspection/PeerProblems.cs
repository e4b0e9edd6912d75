using Akka.Actor;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Inspection;

/// <summary>
/// The problems of a running peer. They are in its status, and the log has a line when a problem begins and one when it
/// ends, and so has the event stream. A failing store is no such problem: it stops the peer, and the supervisor reports it.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="scheduler">The clock, unless the settings have one.</param>
/// <param name="log">The log of the node.</param>
/// <param name="events">Where the beginning and the end of each problem are published.</param>
internal sealed class PeerProblems(
    RaftSettings settings, IScheduler scheduler, ILoggingAdapter log, EventStream events)
{
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<PeerProblemKind, (PeerProblem Problem, TimeSpan Since)> _problems = [];

    /// <summary>All problems, ordered by kind.</summary>
    public PeerProblem[] All => [.. _problems.Values.Select(static known => known.Problem)];

    private TimeSpan Now => settings.ElapsedTime(scheduler);

    /// <summary>How long a state may last before it counts as a problem: longer than any ordinary election.</summary>
    public static TimeSpan Patience(RaftSettings settings) =>
        3 * settings.ElectionTimeoutMax is var elections && elections > LeastPatience ? elections : LeastPatience;

    /// <summary>The reason for the problem of a kind; <c>null</c> if there is none.</summary>
    public string? ReasonOf(PeerProblemKind kind) =>
        _problems.TryGetValue(kind, out var known) ? known.Problem.Reason : null;

    /// <summary>
    /// Records a problem. If the problem is known, only its reason changes, and the log gets no second line.
    /// </summary>
    /// <param name="kind">The kind of the problem.</param>
    /// <param name="reason">What is wrong, where, and what to do, in a sentence or two.</param>
    public void Begin(PeerProblemKind kind, string reason)
    {
        bool isKnown = _problems.TryGetValue(kind, out var known);
        var problem = new PeerProblem(kind, reason);
        _problems[kind] = (problem, isKnown ? known.Since : Now);
        if (isKnown)
            return;
        log.Warning("{0}: {1}", settings.PersistenceId, reason);
        events.Publish(new ProblemBegan(settings.Group, settings.MemberId, problem));
    }

    /// <summary>Records the end of a problem. Does nothing if there is none of that kind.</summary>
    /// <param name="kind">The kind of the problem.</param>
    /// <param name="end">What is right again, as a sentence without its full stop.</param>
    public void End(PeerProblemKind kind, string end)
    {
        if (!_problems.Remove(kind, out var ended))
            return;
        log.Info("{0}: {1}, after {2} s.", settings.PersistenceId, end, (long)(Now - ended.Since).TotalSeconds);
        events.Publish(new ProblemEnded(settings.Group, settings.MemberId, kind, end));
    }
}
