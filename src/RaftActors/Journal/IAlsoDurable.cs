using RaftActors.Membership;

namespace RaftActors.Journal;

/// <summary>
/// State that must be durable, besides the term and the vote, before the peer says anything: what the peer knows about
/// stores. The next event contains it.
/// </summary>
internal interface IAlsoDurable
{
    /// <summary>Whether the state in memory is durable. If not, it needs a write even if nothing else does.</summary>
    bool IsDurable { get; }

    /// <summary>Called when an event is about to be written.</summary>
    /// <returns>
    /// The state for the event, including changes that need no write of their own; <c>null</c> if nothing has changed.
    /// </returns>
    IReadOnlyList<StoreRecord>? Take();

    /// <summary>Called when the state that was last taken is durable.</summary>
    void Written();
}
