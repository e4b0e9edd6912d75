namespace RaftActors.Bench;

/// <summary>A line on a node's standard input.</summary>
/// <param name="Id">What its answer is known by.</param>
/// <param name="Load">What to run inside the node; <c>null</c> when only its counters are asked for.</param>
/// <param name="ForgetPeak">Whether the peak of its memory starts anew.</param>
internal sealed record NodeOrder(long Id, LoadOrder? Load = null, bool ForgetPeak = false);

/// <summary>A line on its standard output.</summary>
/// <param name="Id">The order that it answers.</param>
/// <param name="Result">The figures of a load, unless it failed.</param>
/// <param name="Counters">The counters, when they were asked for.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record NodeAnswer(long Id, LoadResult? Result = null, NodeCounters? Counters = null,
    string? Error = null);
