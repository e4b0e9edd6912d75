using Akka.Event;
using RaftActors.Client;

namespace RaftActors;

// What is wrong with this peer while it runs: told in its status, and in the log when it begins and when it ends.
// A store that fails stops the peer instead, and is told by the supervisor (RaftSupervisor.Store.cs).
internal sealed partial class RaftActor
{
    private readonly SortedDictionary<PeerProblemKind, (PeerProblem Problem, TimeSpan Since)> _problems = [];

    /// <summary>Notes a problem. Of one that is known only the reason changes, and the log has no second line.</summary>
    /// <param name="kind">What is wrong.</param>
    /// <param name="reason">What is wrong, where, and what to do, in a sentence or two.</param>
    private void BeginProblem(PeerProblemKind kind, string reason)
    {
        bool isKnown = _problems.TryGetValue(kind, out var known);
        _problems[kind] = (new PeerProblem(kind, reason), isKnown ? known.Since : Now);
        if (!isKnown)
            Log.Warning("{0}: {1}", PersistenceId, reason);
    }

    /// <summary>Notes the end of a problem; nothing, if there is none of that kind.</summary>
    /// <param name="kind">What was wrong.</param>
    /// <param name="end">What is right again, in a sentence without its stop.</param>
    private void EndProblem(PeerProblemKind kind, string end)
    {
        if (_problems.Remove(kind, out var ended))
            Log.Info("{0}: {1}, after {2} s.", PersistenceId, end, (long)(Now - ended.Since).TotalSeconds);
    }

    private PeerProblem[] Problems() => [.. _problems.Values.Select(static known => known.Problem)];
}
