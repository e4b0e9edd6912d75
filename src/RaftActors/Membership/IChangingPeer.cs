using RaftActors.Requests;

namespace RaftActors.Membership;

/// <summary>What <see cref="MemberChanges"/> asks of the peer.</summary>
internal interface IChangingPeer : IAnswers
{
    /// <summary>Whether this leader is transferring its leadership: it appends nothing new.</summary>
    bool IsTransferring { get; }

    /// <summary>Appends a configuration to the log of this leader. It counts at once.</summary>
    void AppendConfiguration(Configuration configuration);

    /// <summary>Hands the leadership over to the best successor.</summary>
    /// <returns>Whether there is one.</returns>
    bool TryHandOver();
}
