namespace RaftActors.Linearizability;

/// <summary>The verdict on a history.</summary>
public enum Verdict
{
    /// <summary>
    /// There is an order of the operations in which a single server would have given all these answers.
    /// </summary>
    Linearizable,

    /// <summary>There is no such order.</summary>
    NotLinearizable,

    /// <summary>The search was given up at its limit. Nothing is proved.</summary>
    Undecided,
}
