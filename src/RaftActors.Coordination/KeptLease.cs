namespace RaftActors.Coordination;

/// <summary>What a <see cref="LeaseKeeper"/> knows of one lease.</summary>
/// <param name="lease">The lease.</param>
internal sealed class KeptLease(RaftLease lease)
{
    public RaftLease Lease { get; } = lease;

    public RaftLeaseSettings Settings => Lease.RaftSettings;

    /// <summary>What is to be asked of the group, in order. One command of a lease is under way at a time.</summary>
    public LinkedList<LeaseKeeper.Call> Waiting { get; } = [];

    /// <summary>Whether a command is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The present hold; <c>null</c> if the lease is not held.</summary>
    public Hold? Hold { get; set; }

    /// <summary>Whom to tell that the lease was lost.</summary>
    public Action<Exception>? LeaseLost { get; set; }

    /// <summary>
    /// The next command. Acquisitions for which nobody waits any more are left out, and so is giving back what the next
    /// acquisition asks for again.
    /// </summary>
    public LeaseKeeper.Call? TakeNext()
    {
        while (PeekNext() is { } next)
        {
            Waiting.RemoveFirst();
            bool isNeedless = next is LeaseKeeper.Release { Request: null } && PeekNext() is LeaseKeeper.Acquire;
            if (!isNeedless)
                return next;
        }
        return null;
    }

    /// <summary>As <see cref="TakeNext"/>, but leaves it where it is.</summary>
    public LeaseKeeper.Call? PeekNext()
    {
        while (Waiting.First?.Value is LeaseKeeper.Acquire { Request.IsDone: true })
            Waiting.RemoveFirst();
        return Waiting.First?.Value;
    }
}
