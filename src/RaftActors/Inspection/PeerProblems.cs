using Akka.Actor;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Inspection;

/// <summary>
/// What is wrong with a peer that runs: told in its status, and in the log when the problem begins and when it ends. A
/// store that fails stops the peer instead, and the supervisor tells of it.
/// </summary>
internal sealed class PeerProblems(RaftSettings settings, IScheduler scheduler, ILoggingAdapter log)
{
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<PeerProblemKind, (PeerProblem Problem, TimeSpan Since)> _problems = [];

    /// <summary>What is wrong, ordered by kind.</summary>
    public PeerProblem[] All => [.. _problems.Values.Select(static known => known.Problem)];

    private TimeSpan Now => settings.ElapsedTime(scheduler);

    /// <summary>How long a state may last before it counts as a problem: longer than any ordinary election.</summary>
    public static TimeSpan Patience(RaftSettings settings) =>
        3 * settings.ElectionTimeoutMax is var elections && elections > LeastPatience ? elections : LeastPatience;

    /// <summary>The reason of the problem of a kind; <c>null</c> when there is none.</summary>
    public string? ReasonOf(PeerProblemKind kind) =>
        _problems.TryGetValue(kind, out var known) ? known.Problem.Reason : null;

    /// <summary>
    /// Notes a problem. A problem that is known only gets the new reason, and no second line in the log.
    /// </summary>
    /// <param name="kind">What is wrong.</param>
    /// <param name="reason">What is wrong, where, and what to do, in a sentence or two.</param>
    public void Begin(PeerProblemKind kind, string reason)
    {
        bool isKnown = _problems.TryGetValue(kind, out var known);
        _problems[kind] = (new PeerProblem(kind, reason), isKnown ? known.Since : Now);
        if (!isKnown)
            log.Warning("{0}: {1}", settings.PersistenceId, reason);
    }

    /// <summary>Notes the end of a problem; nothing, if there is none of that kind.</summary>
    /// <param name="kind">What was wrong.</param>
    /// <param name="end">What is right again, in a sentence without its stop.</param>
    public void End(PeerProblemKind kind, string end)
    {
        if (_problems.Remove(kind, out var ended))
            log.Info("{0}: {1}, after {2} s.", settings.PersistenceId, end, (long)(Now - ended.Since).TotalSeconds);
    }
}
