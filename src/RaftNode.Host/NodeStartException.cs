namespace RaftNode.Host;

/// <summary>
/// Why a node or command cannot go on, in a sentence for the person who started it: shown as one line, without a stack
/// trace.
/// </summary>
internal sealed class NodeStartException(string message, Exception? cause = null) : Exception(message, cause);
