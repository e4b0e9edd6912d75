namespace RaftActors.TestKit;

/// <summary>Which messages of a peer a fault concerns.</summary>
[Flags]
public enum LinkDirection
{
    /// <summary>Those it sends.</summary>
    Sent = 1,

    /// <summary>Those that are sent to it.</summary>
    Received = 2,

    /// <summary>Both.</summary>
    Both = Sent | Received,
}
