using RaftActors.Membership;

namespace RaftActors.Journal;

/// <summary>
/// What has to be durable beside the term and the vote before the peer says anything: what it knows of stores. The next
/// event carries it along.
/// </summary>
internal interface IAlsoDurable
{
    /// <summary>Whether what is in memory is on the disk. If not, it is worth a write of its own.</summary>
    bool IsDurable { get; }

    /// <summary>An event is about to be written.</summary>
    /// <returns>
    /// What the event is to carry, also what is worth no write of its own; <c>null</c> when nothing has changed.
    /// </returns>
    IReadOnlyList<StoreRecord>? Take();

    /// <summary>What was last taken is on the disk.</summary>
    void Written();
}
