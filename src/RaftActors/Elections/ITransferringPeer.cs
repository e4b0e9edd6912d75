using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>What <see cref="LeadershipTransfers"/> needs from its peer.</summary>
internal interface ITransferringPeer : IAnswers
{
    /// <summary>The number of proposals that this leader has appended and not answered.</summary>
    int UnansweredProposals { get; }

    /// <summary>Called when a transfer was given up and the leader goes on.</summary>
    void OnTransferGivenUp();
}
