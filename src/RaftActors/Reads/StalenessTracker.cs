namespace RaftActors.Reads;

/// <summary>
/// How old what a peer's state machine shows may be. A moment at which the leader said how far the log is committed
/// counts once all of that was handed to the state machine.
/// </summary>
/// <remarks>The time a message spent on its way is not known to its receiver, and not part of the age.</remarks>
internal sealed class StalenessTracker
{
    private TimeSpan? _asOf;
    private (TimeSpan Heard, long CommitIndex)? _next;

    /// <summary>At some moment the log was committed up to an index, and no further.</summary>
    public void Heard(TimeSpan now, long commitIndex, long handedIndex)
    {
        Advance(handedIndex);
        if (handedIndex >= commitIndex)
            (_asOf, _next) = (now, null);
        else
            _next ??= (now, commitIndex);
    }

    /// <summary>The state machine is built anew, from the beginning.</summary>
    public void Reset() => (_asOf, _next) = (null, null);

    /// <summary>
    /// How long ago the state machine's state, with everything up to an index, was that of the group; <c>null</c> when
    /// that is not known.
    /// </summary>
    public TimeSpan? Age(long handedIndex, TimeSpan now)
    {
        Advance(handedIndex);
        return now - _asOf;
    }

    private void Advance(long handedIndex)
    {
        if (_next is { } next && handedIndex >= next.CommitIndex)
            (_asOf, _next) = (next.Heard, null);
    }
}
