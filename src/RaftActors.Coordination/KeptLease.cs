namespace RaftActors.Coordination;

/// <summary>The state of one lease in a <see cref="LeaseKeeper"/>.</summary>
/// <param name="lease">The lease.</param>
internal sealed class KeptLease(RaftLease lease)
{
    public RaftLease Lease { get; } = lease;

    public RaftLeaseSettings Settings => Lease.RaftSettings;

    /// <summary>The commands to send to the group, in order. At most one command of a lease is under way.</summary>
    public LinkedList<LeaseCall> Waiting { get; } = [];

    /// <summary>Whether a command is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The present hold; <c>null</c> while the lease is not held.</summary>
    public Hold? Hold { get; set; }

    /// <summary>Called when the lease is lost.</summary>
    public Action<Exception>? LeaseLost { get; set; }

    /// <summary>
    /// Takes the next command. Skips an acquisition whose caller has given up, and a release that the next acquisition
    /// makes needless.
    /// </summary>
    public LeaseCall? TakeNext()
    {
        while (PeekNext() is { } next)
        {
            Waiting.RemoveFirst();
            bool isNeedless = next is ReleaseCall { Request: null } && PeekNext() is AcquireCall;
            if (!isNeedless)
                return next;
        }
        return null;
    }

    /// <summary>Returns the next command as <see cref="TakeNext"/> does, but does not remove the command.</summary>
    public LeaseCall? PeekNext()
    {
        while (Waiting.First?.Value is AcquireCall { Request.IsDone: true })
            Waiting.RemoveFirst();
        return Waiting.First?.Value;
    }
}
