using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Tests.Log;
using RaftActors.Tests.Membership;

namespace RaftActors.Tests.Replication;

/// <summary>
/// A peer that leads its term, 5, with all of its log committed: entry 1 has the three members, and entry 2 is its own.
/// </summary>
internal sealed class LeadingPeer : MembershipPeer, IChangingPeer, ITransferringPeer, IReplicaPeer
{
    public LeadingPeer()
    {
        Log.Append(new LogEntry(1, 4, EntryKind.Configuration, 0, Configurations.Latest.ToPayload()));
        Log.Append(Logs.Entry(2, 5));
        Log.CommitTo(2);
        Leading = Leaders.Of(Configurations.Latest, lastIndex: 1);
    }

    public RaftLog Log { get; } = new();

    public bool IsTransferring { get; set; }

    /// <summary>Whether another peer can take the leadership.</summary>
    public bool HasSuccessor { get; set; }

    /// <summary>How often the leadership was transferred to the best successor.</summary>
    public int HandOvers { get; private set; }

    /// <summary>How often a transfer was given up.</summary>
    public int TransfersGivenUp { get; private set; }

    public int UnansweredProposals { get; set; }

    /// <summary>What the peer knows of a follower's log.</summary>
    public FollowerProgress ProgressOf(Server follower) => Leading!.Find(follower.Id)!.Progress;

    public void AppendConfiguration(Configuration configuration)
    {
        var entry = new LogEntry(Log.LastIndex + 1, Term, EntryKind.Configuration, 0, configuration.ToPayload());
        Log.Append(entry);
        Configurations.Append(entry);
        Leading?.Configure(Configurations.Latest, Log.LastIndex, Now);
    }

    /// <summary>Commits the whole log.</summary>
    public void Commit() => Log.CommitTo(Log.LastIndex);

    public bool TryHandOver()
    {
        HandOvers += HasSuccessor ? 1 : 0;
        return HasSuccessor;
    }

    public void OnTransferGivenUp() => TransfersGivenUp++;

    public long AppendDigest()
    {
        Log.Append(new LogEntry(Log.LastIndex + 1, Term, EntryKind.Digest, 0, Payload.Empty));
        return Log.LastIndex;
    }

    public void SetAside(long differsAt) => HardState = HardState with { DiffersAt = differsAt };
}
