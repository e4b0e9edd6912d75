using System.Globalization;
using System.Text;
using RaftActors.Client;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>The running peers that are neither cut off nor removed.</summary>
    public IEnumerable<RaftPeer> Connected => Peers.Where(peer => peer.IsRunning && !peer.IsCutOff && !peer.IsRemoved);

    /// <summary>The status of a peer; <c>null</c> while the peer is down or recovering.</summary>
    /// <param name="peer">The peer.</param>
    public RaftStatus? StatusOf(RaftPeer peer)
    {
        if (peer.Process is not { } process)
            return null;
        process.AskStatus();
        _world.Settle();
        ThrowIfViolated();
        return process.LastStatus;
    }

    /// <summary>Lets time pass until a connected peer leads, and returns the leader of the highest term.</summary>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">No peer led in time.</exception>
    public RaftPeer AwaitLeader(TimeSpan? limit = null)
    {
        RaftPeer? leader = null;
        return RunTicks(() => (leader = LeaderAmong(Connected)) is not null, limit ?? DefaultLimit)
            ? leader!
            : throw Failure("No peer leads.");
    }

    /// <summary>
    /// Lets time pass until all connected peers follow the same leader in the same term, and the leader is one of them.
    /// </summary>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <returns>The leader.</returns>
    /// <exception cref="RaftClusterException">The peers did not agree in time.</exception>
    public RaftPeer CheckSingleLeader(TimeSpan? limit = null)
    {
        RaftPeer? leader = null;
        return RunTicks(() => (leader = AgreedLeader()) is not null, limit ?? DefaultLimit)
            ? leader!
            : throw Failure("The connected peers do not agree on a leader.");
    }

    /// <summary>
    /// Checks that no connected peer leads. First, a leader gets the time to find out that it has no majority: the
    /// longest election timeout and one heartbeat. Then no peer may lead for some more time.
    /// </summary>
    /// <param name="time">How long no peer may lead; a second by default.</param>
    /// <exception cref="RaftClusterException">A peer leads.</exception>
    public void CheckNoLeader(TimeSpan? time = null)
    {
        var defaults = new RaftSettings { Group = _settings.Group, MemberId = Peers[0].Id, Members = [] };
        var settings = _settings.Raft(defaults);
        Run(settings.ElectionTimeoutMax + settings.HeartbeatInterval);
        CheckNever(() => LeaderAmong(Connected) is not null, time ?? TimeSpan.FromSeconds(1),
            "A peer leads without a majority.");
    }

    /// <summary>Checks that all connected peers are in the same term.</summary>
    /// <returns>The term.</returns>
    /// <exception cref="RaftClusterException">The peers are in different terms.</exception>
    public long CheckTerm()
    {
        var terms = Connected.Select(peer => StatusOf(peer)?.Term ?? -1).Distinct().ToList();
        return terms is [>= 0]
            ? terms[0]
            : throw Failure($"The connected peers are in different terms: {string.Join(", ", terms)}.");
    }

    /// <summary>How many peers have applied an index, and which command.</summary>
    /// <param name="index">The index.</param>
    /// <exception cref="RaftClusterException">The peers applied different commands.</exception>
    public (int Peers, AppliedCommand? Command) CommittedAt(long index)
    {
        var applied = Peers.Select(peer => peer.At(index)).OfType<AppliedCommand>().ToList();
        if (applied.Exists(command => !command.IsSame(applied[0])))
            throw Failure($"Different commands at index {index}.");
        return (applied.Count, applied.FirstOrDefault());
    }

    /// <summary>Checks that all connected peers have applied the same command at each of these indexes.</summary>
    /// <param name="indexes">The indexes.</param>
    /// <exception cref="RaftClusterException">
    /// A peer has not applied an index, or the peers applied different commands.
    /// </exception>
    public void CheckCommitted(params long[] indexes)
    {
        foreach (long index in indexes)
        {
            _ = CommittedAt(index);
            if (Connected.FirstOrDefault(peer => peer.At(index) is null) is { } behind)
                throw Failure($"{behind.Id} has not applied index {index}.");
        }
    }

    /// <summary>Lets time pass until enough peers have applied an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="expectedPeers">How many peers at least.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <returns>The command.</returns>
    /// <exception cref="RaftClusterException">
    /// Too few peers applied the index in time, or they applied different commands.
    /// </exception>
    public AppliedCommand AwaitCommitted(long index, int expectedPeers, TimeSpan? limit = null)
    {
        if (!RunUntil(() => CommittedAt(index).Peers >= expectedPeers, limit ?? DefaultLimit))
            throw Failure($"Fewer than {expectedPeers} peers have applied index {index}.");
        return CommittedAt(index).Command!;
    }

    /// <summary>
    /// Checks that no peer has applied a command, and that no peer applies the command while time passes.
    /// </summary>
    /// <param name="command">The command; a string stands for its UTF-8 bytes.</param>
    /// <param name="time">How long; two seconds by default.</param>
    /// <exception cref="RaftClusterException">A peer has applied the command.</exception>
    public void CheckNotCommitted(object command, TimeSpan? time = null)
    {
        byte[] bytes = Encode(command) as byte[]
            ?? throw new ArgumentException("A command is a string or bytes here.", nameof(command));
        bool Committed() =>
            _invariants.Committed.Values.Any(applied => applied.Payload.Bytes.Span.SequenceEqual(bytes));
        CheckNever(Committed, time ?? TimeSpan.FromSeconds(2), $"{Show(bytes)} was committed.");
    }

    /// <summary>Checks that a condition does not hold, now and while time passes.</summary>
    /// <param name="condition">The condition. It is evaluated every ten virtual milliseconds.</param>
    /// <param name="time">The time.</param>
    /// <param name="what">What it means if the condition holds, in a sentence.</param>
    /// <exception cref="RaftClusterException">The condition held.</exception>
    public void CheckNever(Func<bool> condition, TimeSpan time, string what)
    {
        if (RunTicks(condition, time))
            throw Failure(what);
    }

    /// <summary>
    /// Lets time pass until all connected peers have applied the same log to its end. Checks that this log holds every
    /// command that any peer has acknowledged at any time.
    /// </summary>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">
    /// The peers did not come to the same log in time, or an acknowledged command is missing.
    /// </exception>
    public void CheckNothingLost(TimeSpan? limit = null)
    {
        if (!RunTicks(AllApplied, limit ?? DefaultLimit))
            throw Failure("The connected peers do not come to the same log.");
        foreach (var (proposal, index) in _invariants.Acknowledgements)
        {
            foreach (var peer in Connected)
            {
                if (peer.At(index) is not { } applied
                    || (proposal.Command is byte[] bytes && !applied.Payload.Bytes.Span.SequenceEqual(bytes)))
                    throw Failure($"{Show(proposal.Command!)}, acknowledged by {proposal.Peer.Id} at index {index}, "
                        + $"is not there on {peer.Id}.");
            }
        }
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <param name="condition">The condition. It is evaluated after each event.</param>
    /// <param name="what">
    /// What the condition means, in a few words, for the message if it does not hold in time.
    /// </param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">The condition did not hold in time.</exception>
    public void Await(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        if (!RunUntil(condition, limit ?? DefaultLimit))
            throw Failure($"It did not come to pass in time that {what}.");
    }

    /// <summary>The traffic of the link from one peer to another so far.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public LinkTraffic TrafficBetween(RaftPeer from, RaftPeer to) => _network.Between(from, to).Traffic;

    /// <summary>The traffic of all links so far.</summary>
    public LinkTraffic Traffic => _network.Links.Aggregate(default(LinkTraffic), (sum, link) => sum + link.Traffic);

    /// <summary>Describes the state of all peers in a table.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (var peer in Peers)
        {
            text.Append(peer.Id).Append(peer.IsCutOff ? " (cut off): " : ": ");
            if (peer.Process is not { } process)
            {
                text.AppendLine("down");
                continue;
            }
            process.AskStatus();
            _world.Settle();
            text.AppendLine(process.LastStatus is { } status
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{status.Role} term {status.Term} leader {status.Leader?.Id ?? "unknown"} last {status.LastIndex} "
                    + $"persisted {status.PersistedIndex} commit {status.CommitIndex} applied {status.AppliedIndex}, "
                    + $"{peer.Log.Count} commands")
                : $"no answer{(process.Failure is { } failure ? ", failed: " + failure.Reason : "")}");
        }
        return text.ToString();
    }

    private bool RunTicks(Func<bool> condition, TimeSpan limit)
    {
        var end = Now + limit;
        while (!condition())
        {
            if (Now >= end)
                return false;
            Run(Tick);
        }
        return true;
    }

    private RaftPeer? LeaderAmong(IEnumerable<RaftPeer> peers) => peers
        .Select(peer => (Peer: peer, Status: StatusOf(peer)))
        .Where(each => each.Status?.Role == RaftRole.Leader)
        .OrderByDescending(each => each.Status!.Term)
        .FirstOrDefault().Peer;

    private RaftPeer? AgreedLeader()
    {
        var statuses = Connected.Select(StatusOf).ToList();
        if (statuses.Count == 0
            || statuses.Exists(status => status?.Leader is null || status.Term != statuses[0]!.Term
            || status.Leader != statuses[0]!.Leader))
            return null;
        var leader = Connected.FirstOrDefault(peer => peer.Member == statuses[0]!.Leader);
        return leader is not null
            && statuses.Exists(status => status!.MemberId == leader.Id && status.Role == RaftRole.Leader)
            ? leader
            : null;
    }

    private bool AllApplied()
    {
        var statuses = Connected.Select(StatusOf).ToList();
        return statuses.Count > 0 && statuses.Exists(status => status?.Role == RaftRole.Leader)
            && statuses.TrueForAll(status =>
            status is not null && status.AppliedIndex == status.LastIndex && status.LastIndex == statuses[0]!.LastIndex
                && status.Term == statuses[0]!.Term);
    }
}
