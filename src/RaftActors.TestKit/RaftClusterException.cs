namespace RaftActors.TestKit;

/// <summary>
/// A check of a cluster failed, or a property that must always hold was violated. The message says what is wrong, and
/// the seed with which the run can be repeated.
/// </summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class RaftClusterException(string message, Exception? inner = null) : Exception(message, inner);
