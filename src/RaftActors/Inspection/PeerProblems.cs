using Akka.Actor;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Inspection;

/// <summary>
/// The problems of a running peer. They are in its status, and the log has a line when a problem begins and one when it
/// ends. A failing store is no such problem: it stops the peer, and the supervisor reports it.
/// </summary>
internal sealed class PeerProblems(RaftSettings settings, IScheduler scheduler, ILoggingAdapter log)
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
        _problems[kind] = (new PeerProblem(kind, reason), isKnown ? known.Since : Now);
        if (!isKnown)
            log.Warning("{0}: {1}", settings.PersistenceId, reason);
    }

    /// <summary>Records the end of a problem. Does nothing if there is none of that kind.</summary>
    /// <param name="kind">The kind of the problem.</param>
    /// <param name="end">What is right again, as a sentence without its full stop.</param>
    public void End(PeerProblemKind kind, string end)
    {
        if (_problems.Remove(kind, out var ended))
            log.Info("{0}: {1}, after {2} s.", settings.PersistenceId, end, (long)(Now - ended.Since).TotalSeconds);
    }
}
