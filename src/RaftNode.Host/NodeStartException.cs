namespace RaftNode.Host;

/// <summary>
/// Why a node or command cannot go on, in a sentence for the user. It is shown as one line, without a stack trace.
/// </summary>
internal sealed class NodeStartException(string message, Exception? cause = null) : Exception(message, cause);
