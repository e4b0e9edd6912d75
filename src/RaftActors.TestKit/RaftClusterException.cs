namespace RaftActors.TestKit;

/// <summary>
/// A cluster did not do what a check demanded, or violated what must always hold. The message says what, and the seed
/// that repeats it.
/// </summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class RaftClusterException(string message, Exception? inner = null) : Exception(message, inner);
