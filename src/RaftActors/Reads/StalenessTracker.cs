namespace RaftActors.Reads;

/// <summary>
/// How old the state of a peer's state machine is. When the leader says up to which index the log is committed, that
/// moment counts once all entries up to that index were sent to the state machine.
/// </summary>
/// <remarks>
/// The receiver does not know how long the message was under way, so that time is not part of the age.
/// </remarks>
internal sealed class StalenessTracker
{
    private TimeSpan? _asOf;
    private (TimeSpan Heard, long CommitIndex)? _next;

    /// <summary>Records that at this moment the log was committed up to an index, and no further.</summary>
    public void Heard(TimeSpan now, long commitIndex, long handedIndex)
    {
        Advance(handedIndex);
        if (handedIndex >= commitIndex)
            (_asOf, _next) = (now, null);
        else
            _next ??= (now, commitIndex);
    }

    /// <summary>Called when the state machine is built anew, from the beginning.</summary>
    public void Reset() => (_asOf, _next) = (null, null);

    /// <summary>
    /// How long ago the group had the state that includes all entries up to an index; <c>null</c> if that is not known.
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
