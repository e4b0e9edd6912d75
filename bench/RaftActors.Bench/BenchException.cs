namespace RaftActors.Bench;

/// <summary>Why a run cannot go on, in a sentence.</summary>
internal sealed class BenchException(string message) : Exception(message);
