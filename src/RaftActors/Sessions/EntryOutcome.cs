using RaftActors.Client;

namespace RaftActors.Sessions;

/// <summary>
/// Replaces the state machine's response to an entry that the state machine was not given. The entry changed nothing.
/// </summary>
internal abstract record EntryOutcome
{
    private EntryOutcome()
    {
    }

    /// <summary>
    /// An earlier entry with the same session and number was applied. Its response is returned again.
    /// </summary>
    /// <param name="Index">The index of that entry.</param>
    /// <param name="Term">The term of that entry.</param>
    /// <param name="Response">The response to that entry.</param>
    internal sealed record AppliedBefore(long Index, long Term, object? Response) : EntryOutcome;

    /// <summary>The command was refused.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Message">Why, in a sentence that tells a person what to do.</param>
    internal sealed record Refused(FailureReason Reason, string Message) : EntryOutcome;
}
