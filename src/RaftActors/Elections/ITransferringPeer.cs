using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>What <see cref="LeadershipTransfers"/> asks of the peer.</summary>
internal interface ITransferringPeer : IAnswers
{
    /// <summary>What this peer knows as a leader; <c>null</c> when it does not lead.</summary>
    LeaderState? Leading { get; }

    /// <summary>The time.</summary>
    TimeSpan Now { get; }

    /// <summary>The term.</summary>
    long Term { get; }

    /// <summary>How many proposals this leader has appended and not answered.</summary>
    int UnansweredProposals { get; }

    /// <summary>Where to send what is meant for a member.</summary>
    string AddressOf(Server member);

    /// <summary>Starts a timer, or starts it anew. The message that it tells this peer is its key.</summary>
    void StartTimer(object timer, TimeSpan delay);

    /// <summary>Stops a timer.</summary>
    void CancelTimer(object timer);

    /// <summary>A transfer was given up: a leader goes on.</summary>
    void OnTransferGivenUp();
}
