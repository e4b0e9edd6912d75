namespace RaftActors.Journal;

/// <summary>A journal is not one that the peer may continue.</summary>
/// <param name="problem">
/// What is wrong, with the event: a clause that begins with a small letter and has no full stop.
/// </param>
/// <param name="advice">What to do, in sentences; empty when the problem says that already.</param>
internal sealed class JournalException(string problem, string advice = "")
    : Exception($"{char.ToUpperInvariant(problem[0])}{problem[1..]}.{(advice.Length > 0 ? " " : "")}{advice}")
{
    /// <summary>What is wrong, as a clause.</summary>
    public string Problem { get; } = problem;
}
