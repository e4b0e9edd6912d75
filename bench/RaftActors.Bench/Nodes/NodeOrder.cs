namespace RaftActors.Bench;

/// <summary>A line on a node's standard input.</summary>
/// <param name="Id">The id of the order, which its answer returns.</param>
/// <param name="Load">The load to run inside the node; <c>null</c> if only the counters are asked for.</param>
/// <param name="ForgetPeak">Whether the peak of the node's memory starts anew.</param>
internal sealed record NodeOrder(long Id, LoadOrder? Load = null, bool ForgetPeak = false);

/// <summary>A line on a node's standard output.</summary>
/// <param name="Id">The id of the answered order.</param>
/// <param name="Result">The figures of the load, unless the load failed.</param>
/// <param name="Counters">The counters, if they were asked for.</param>
/// <param name="Error">Why the order failed.</param>
internal sealed record NodeAnswer(long Id, LoadResult? Result = null, NodeCounters? Counters = null,
    string? Error = null);
