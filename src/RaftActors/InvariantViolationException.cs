namespace RaftActors;

/// <summary>
/// Something that must always hold does not: the peer stops for good rather than continuing on a corrupt state.
/// </summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What does not hold, with the indexes and terms concerned.</param>
    public InvariantViolationException(string message)
        : base(message)
    {
    }
}
