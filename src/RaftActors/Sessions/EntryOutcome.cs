using RaftActors.Client;

namespace RaftActors.Sessions;

/// <summary>
/// Stands in place of the state machine's response to an entry that it was not given: nothing changed.
/// </summary>
internal abstract record EntryOutcome
{
    private EntryOutcome()
    {
    }

    /// <summary>An earlier entry with the same session and number was applied: its response again.</summary>
    /// <param name="Index">The index of that entry.</param>
    /// <param name="Term">The term of that entry.</param>
    /// <param name="Response">Its response.</param>
    internal sealed record AppliedBefore(long Index, long Term, object? Response) : EntryOutcome;

    /// <summary>The command was refused.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Message">Why, in a sentence that tells a person what to do.</param>
    internal sealed record Refused(FailureReason Reason, string Message) : EntryOutcome;
}
