namespace RaftActors.Storage;

/// <summary>A peer cannot use its journal or snapshot store.</summary>
/// <param name="message">What is wrong, where, and what to do, in a sentence or two.</param>
/// <param name="canWait">Whether a later attempt can succeed although nobody changes anything.</param>
/// <param name="cause">The cause; <c>null</c> if there is none.</param>
public sealed class StoreException(string message, bool canWait, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether a later attempt can succeed although nobody changes anything.</summary>
    public bool CanWait { get; } = canWait;
}
