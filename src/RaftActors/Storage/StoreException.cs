namespace RaftActors.Storage;

/// <summary>Says why a peer's journal or snapshot store cannot be used, and whether waiting can help.</summary>
/// <param name="message">What is wrong, where, and what to do, in a sentence or two.</param>
/// <param name="canWait">Whether trying again later can succeed although nobody does anything about it.</param>
/// <param name="cause">The exception behind it, or <c>null</c>.</param>
public sealed class StoreException(string message, bool canWait, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether trying again later can succeed although nobody does anything about it.</summary>
    public bool CanWait { get; } = canWait;
}
