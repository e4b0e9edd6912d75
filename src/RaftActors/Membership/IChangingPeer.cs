using RaftActors.Requests;

namespace RaftActors.Membership;

/// <summary>What <see cref="MemberChanges"/> needs from its peer.</summary>
internal interface IChangingPeer : IAnswers
{
    /// <summary>Whether this leader is transferring its leadership. It then appends nothing new.</summary>
    bool IsTransferring { get; }

    /// <summary>Appends a configuration to the log of this leader. It counts at once.</summary>
    void AppendConfiguration(Configuration configuration);

    /// <summary>Transfers the leadership to the best successor.</summary>
    /// <returns>Whether there is a successor.</returns>
    bool TryHandOver();
}
