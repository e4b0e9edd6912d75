namespace RaftActors.Journal;

/// <summary>A peer cannot continue a journal.</summary>
/// <param name="problem">
/// What is wrong, and with which event: a clause that begins with a small letter and has no full stop.
/// </param>
/// <param name="advice">What to do, in sentences; empty if the problem says so already.</param>
internal sealed class JournalException(string problem, string advice = "")
    : Exception($"{char.ToUpperInvariant(problem[0])}{problem[1..]}.{(advice.Length > 0 ? " " : "")}{advice}")
{
    /// <summary>What is wrong, as a clause.</summary>
    public string Problem { get; } = problem;
}
