namespace RaftActors.Bench;

/// <summary>A run cannot go on. The message says why in a sentence.</summary>
internal sealed class BenchException(string message) : Exception(message);
