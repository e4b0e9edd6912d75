using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>What <see cref="LeadershipTransfers"/> asks of the peer.</summary>
internal interface ITransferringPeer : IAnswers
{
    /// <summary>How many proposals this leader has appended and not answered.</summary>
    int UnansweredProposals { get; }

    /// <summary>A transfer was given up: a leader goes on.</summary>
    void OnTransferGivenUp();
}
