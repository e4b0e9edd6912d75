namespace RaftActors;

/// <summary>
/// A property that must always hold was violated. The peer stops for good rather than continuing with corrupt state.
/// </summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The property that does not hold, with the indexes and terms concerned.</param>
    public InvariantViolationException(string message)
        : base(message)
    {
    }
}
