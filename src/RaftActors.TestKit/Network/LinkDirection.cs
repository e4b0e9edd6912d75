namespace RaftActors.TestKit;

/// <summary>The messages of a peer that a fault concerns.</summary>
[Flags]
public enum LinkDirection
{
    /// <summary>The messages that the peer sends.</summary>
    Sent = 1,

    /// <summary>The messages that are sent to the peer.</summary>
    Received = 2,

    /// <summary>Both.</summary>
    Both = Sent | Received,
}
