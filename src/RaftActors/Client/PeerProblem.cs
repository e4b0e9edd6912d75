namespace RaftActors.Client;

/// <summary>The problems that a running peer can have.</summary>
public enum PeerProblemKind
{
    /// <summary>The peer has known no leader for a while.</summary>
    NoLeader,

    /// <summary>The peer has not applied entries that the group committed a while ago.</summary>
    Behind,

    /// <summary>The peer's store belongs to another group than the members that it meets.</summary>
    OtherGroup,

    /// <summary>Another node runs with the same store: one of the two has a copy of the other's disk.</summary>
    StoreInUse,

    /// <summary>The peer's store no longer has what it had confirmed to other members.</summary>
    StoreSetBack,

    /// <summary>The peer's replica differs from those of the other members.</summary>
    ReplicaDiffers,
}

/// <summary>
/// Why a peer that runs cannot serve as it should. Part of <see cref="RaftStatus"/> as long as the problem lasts. The
/// log has one line when the problem begins and one when it ends.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Reason">What is wrong, where, and what to do, in a sentence or two.</param>
public sealed record PeerProblem(PeerProblemKind Kind, string Reason);
