using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Tracing;

namespace RaftActors;

/// <summary>
/// What every collaborator may ask of its peer. The interface of a collaborator that needs more adds that.
/// </summary>
internal interface IPeer
{
    /// <summary>The time.</summary>
    TimeSpan Now { get; }

    /// <summary>The term.</summary>
    long Term { get; }

    /// <summary>The leader that the peer knows, itself or another peer; <c>null</c> when it knows none.</summary>
    Member? Leader { get; }

    /// <summary>What the peer knows as a leader; <c>null</c> when it does not lead.</summary>
    LeaderState? Leading { get; }

    /// <summary>The measurements of the peer.</summary>
    PeerMetrics Metrics { get; }

    /// <summary>The spans of the peer.</summary>
    PeerTraces Traces { get; }

    /// <summary>Where to send what is meant for a member.</summary>
    string AddressOf(Server member);

    /// <summary>Makes the header of a message.</summary>
    /// <param name="toStoreId">The store that the message is meant for; empty where that is not known.</param>
    PeerHeader Header(string toStoreId = "");

    /// <summary>Sends a message to another peer, once all that the message may show is durable.</summary>
    void Send(string address, PeerMessage message);

    /// <summary>
    /// Has what changed written, and sent to the followers, once the messages that are already here were handled.
    /// </summary>
    void RequestFlush();

    /// <summary>Starts a timer, or starts it anew. The message that the peer is told is the timer's key.</summary>
    void StartTimer(object timer, TimeSpan delay);

    /// <summary>Stops a timer.</summary>
    void StopTimer(object timer);
}
