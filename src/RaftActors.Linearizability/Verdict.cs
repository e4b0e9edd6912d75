namespace RaftActors.Linearizability;

/// <summary>What a history is.</summary>
public enum Verdict
{
    /// <summary>There is an order in which a single server would have given all these answers.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>The search was given up at its limit: not a proof of anything.</summary>
    Undecided,
}
