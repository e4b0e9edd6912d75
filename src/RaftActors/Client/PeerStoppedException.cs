namespace RaftActors.Client;

/// <summary>
/// The answer to <see cref="GetStatus"/> and <see cref="GetMembers"/> of a node whose peer stopped for good.
/// </summary>
public sealed class PeerStoppedException : InvalidOperationException
{
    internal PeerStoppedException(string message, bool isRemoved)
        : base(message) => IsRemoved = isRemoved;

    /// <summary>
    /// Whether the member was removed from the group. Otherwise the peer failed: <see cref="PeerFailed"/> was published
    /// on the event stream.
    /// </summary>
    public bool IsRemoved { get; }
}
