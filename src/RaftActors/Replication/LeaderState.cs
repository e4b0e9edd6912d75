using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;

namespace RaftActors.Replication;

/// <summary>
/// What a leader knows besides its log: its followers' progress, and the reads that it must answer. Dropped when it
/// stops leading.
/// </summary>
internal sealed class LeaderState
{
    private readonly string _selfId;
    private readonly int _window;
    private Follower[] _followers = [];

    // The progress of each voter; null for the leader itself. The second set is used only while the configuration is
    // joint.
    private FollowerProgress?[] _voters = [];
    private FollowerProgress?[] _outgoing = [];
    private EntryBatch? _lastSent;

    public LeaderState(string selfId, long lastIndex, int window, Configuration configuration, TimeSpan now)
    {
        _selfId = selfId;
        _window = window;
        FirstIndex = lastIndex + 1;
        Configure(configuration, lastIndex, now);
    }

    /// <summary>
    /// The index of the first entry of the leader's own term. Before that entry is committed, the leader answers no
    /// reads (dissertation, section 6.4).
    /// </summary>
    public long FirstIndex { get; init; }

    /// <summary>
    /// Whether the leader, if it is not a new voter, has tried to transfer its leadership to a new voter.
    /// </summary>
    public bool TriedToGo { get; set; }

    /// <summary>
    /// The entries of earlier leaders that were not committed when this leader was elected. They count as pending until
    /// they are committed.
    /// </summary>
    public (int Count, long Bytes) UncommittedAtElection { get; init; }

    /// <summary>Whether a majority still answers the leader.</summary>
    public required CheckQuorum CheckQuorum { get; init; }

    /// <summary>Which voter should lead instead.</summary>
    public required PreferredLeader PreferredLeader { get; init; }

    /// <summary>The clock that stamps the leader's entries.</summary>
    public required LogClock LogClock { get; init; }

    /// <summary>The leader's comparison of the replicas.</summary>
    public required DigestComparison Digests { get; init; }

    /// <summary>The followers: voters and learners.</summary>
    public ReadOnlySpan<Follower> Followers => _followers;

    /// <summary>
    /// Whether another peer was told to start an election. It may lead at any time from then on, so this leader has no
    /// lease for the rest of its term.
    /// </summary>
    public bool HandedOver { get; set; }

    /// <summary>The linearizable reads.</summary>
    public ReadIndexQueue Reads { get; init; } = new();

    /// <summary>The lease, where the group has lease reads.</summary>
    public LeaderLease Lease { get; } = new();

    /// <summary>
    /// Follows a change of the configuration. Members that stay with the same store keep their progress.
    /// </summary>
    public void Configure(Configuration configuration, long lastIndex, TimeSpan now)
    {
        var followers = new List<Follower>(configuration.Servers.Length);
        foreach (var server in configuration.Servers)
        {
            if (server.Id != _selfId)
                followers.Add(new Follower(server,
                    KnownProgress(server) ?? new FollowerProgress(lastIndex, _window, now)));
        }
        _followers = [.. followers];
        _voters = ProgressOf(configuration.Voters);
        _outgoing = ProgressOf(configuration.Outgoing);
    }

    /// <summary>The follower with that id; <c>null</c> if there is none.</summary>
    public Follower? Find(string id)
    {
        foreach (var follower in _followers)
            if (follower.Server.Id == id)
                return follower;
        return null;
    }

    /// <summary>The last index that is durable on a majority.</summary>
    /// <param name="ownMatch">The last index that is durable on the leader itself.</param>
    public long MajorityMatch(long ownMatch) => Majority(static progress => progress.MatchIndex, ownMatch);

    /// <summary>The read context that a majority has answered.</summary>
    public long MajorityReadContext() => Majority(static progress => progress.ReadContext, long.MaxValue);

    /// <summary>
    /// The read context that a majority has answered, counting only members on which an index is durable.
    /// </summary>
    public long MajorityReadContext(long index) =>
        Majority(progress => progress.MatchIndex >= index ? progress.ReadContext : 0, long.MaxValue);

    /// <summary>When a majority was last heard.</summary>
    public TimeSpan MajorityContact(TimeSpan now) =>
        TimeSpan.FromTicks(Majority(static progress => progress.LastConfirmation.Ticks, now.Ticks));

    /// <summary>Whether a majority has answered this leader.</summary>
    public bool MajorityHasAnswered => Majority(static progress => progress.HasAnswered ? 1 : 0, 1) > 0;

    /// <summary>A batch of entries from the log. Followers at the same index share the batch.</summary>
    public EntryBatch Batch(RaftLog log, ReadOnlySpan<EntryBatch> writing, long from, long to)
    {
        if (_lastSent is { } last && last.FirstIndex == from && last.LastIndex == to)
            return last;
        foreach (var batch in writing)
            if (batch.FirstIndex == from && batch.LastIndex == to)
                return _lastSent = batch;
        return _lastSent = new EntryBatch(log.Slice(from, to));
    }

    private FollowerProgress? KnownProgress(Server voter) =>
        Find(voter.Id) is { } known && (known.Server.StoreId == voter.StoreId || !known.Server.IsBound)
            ? known.Progress
            : null;

    private FollowerProgress?[] ProgressOf(ReadOnlySpan<Server> voters)
    {
        var progress = new FollowerProgress?[voters.Length];
        for (int i = 0; i < progress.Length; i++)
            progress[i] = Find(voters[i].Id)?.Progress;
        return progress;
    }

    private long Majority(Func<FollowerProgress, long> value, long own)
    {
        long reached = Reached(_voters, value, own);
        return _outgoing.Length > 0 ? Math.Min(reached, Reached(_outgoing, value, own)) : reached;
    }

    private static long Reached(FollowerProgress?[] voters, Func<FollowerProgress, long> value, long own)
    {
        Span<long> values = stackalloc long[voters.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = voters[i] is { } progress ? value(progress) : own;
        return Quorum.Reached(values);
    }
}

/// <summary>A follower as its leader sees it.</summary>
/// <param name="Server">The member, voter or learner, with the store it is bound to.</param>
/// <param name="Progress">How far the member's log has come.</param>
internal sealed record Follower(Server Server, FollowerProgress Progress);
