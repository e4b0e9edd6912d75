using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Metrics;

/// <summary>The measurements of one peer. <see cref="RaftMetrics"/> has the instruments.</summary>
internal sealed class PeerMetrics
{
    // Holds no peer in memory: an actor system that was thrown away does not stop its peers in order.
    private static readonly ConditionalWeakTable<PeerMetrics, string> Running = [];
    private static readonly RaftRole[] AllRoles = Enum.GetValues<RaftRole>();
    private static readonly ReadKind[] AllKinds = Enum.GetValues<ReadKind>();

    private readonly IMeasuredPeer _peer;
    private readonly EntryTimes _times;
    private readonly TagList _tags;
    private readonly long[] _reads = new long[AllKinds.Length];
    /// <summary>Makes the measurements of a peer.</summary>
    /// <param name="settings">The settings of the peer.</param>
    /// <param name="peer">The peer.</param>
    public PeerMetrics(RaftSettings settings, IMeasuredPeer peer)
    {
        _peer = peer;
        _tags = new TagList { { "group", settings.Group }, { "member", settings.MemberId } };
        _times = new EntryTimes(
            took => RaftMetrics.CommitTime.Record(took.TotalSeconds, _tags),
            took => RaftMetrics.ApplyTime.Record(took.TotalSeconds, _tags));
    }

    /// <summary>The measurements of all peers that run in this process.</summary>
    public static IEnumerable<PeerMetrics> All => Running.Select(static running => running.Key);

    /// <summary>The state of the peer.</summary>
    public PeerState State => _peer.Inspect();

    /// <inheritdoc cref="IMeasuredPeer.PendingProposals"/>
    public (int Count, long Bytes) PendingProposals => _peer.PendingProposals;

    /// <inheritdoc cref="IMeasuredPeer.OpenSessions"/>
    public int OpenSessions => _peer.OpenSessions;

    /// <inheritdoc cref="IMeasuredPeer.Subscribers"/>
    public int Subscribers => _peer.Subscribers;

    /// <inheritdoc cref="IMeasuredPeer.LatestSnapshot"/>
    public Snapshot? LatestSnapshot => _peer.LatestSnapshot;

    /// <summary>The gauges read the peer from now on.</summary>
    public void Start() => Running.AddOrUpdate(this, "");

    /// <summary>The gauges no longer read the peer.</summary>
    public void Stop() => Running.Remove(this);

    // ---- What is read when somebody collects

    /// <summary>How many proposals the clients of this node made.</summary>
    public long Proposals { get; private set; }

    /// <summary>A measurement for each kind of query that was asked.</summary>
    public IEnumerable<Measurement<long>> Reads() => AllKinds
        .Where(kind => _reads[(int)kind] > 0)
        .Select(kind => new Measurement<long>(_reads[(int)kind], With("kind", Name(kind))));

    /// <summary>One measurement of the peer.</summary>
    public IEnumerable<Measurement<long>> One(long value) => [new(value, _tags)];

    /// <summary>A measurement for each role.</summary>
    public IEnumerable<Measurement<long>> Roles()
    {
        var role = State.Role;
        return AllRoles.Select(each => new Measurement<long>(each == role ? 1 : 0, With("role", Name(each))));
    }

    /// <summary>A measurement for each follower.</summary>
    public IEnumerable<Measurement<long>> Lags()
    {
        var state = State;
        var measurements = new List<Measurement<long>>();
        if (state.Leading is { } leading)
        {
            long last = state.Log.LastIndex;
            foreach (var follower in leading.Followers)
            {
                long lag = Math.Max(0, last - follower.Progress.MatchIndex);
                measurements.Add(new(lag, With("follower", follower.Server.Id)));
            }
        }
        return measurements;
    }

    /// <summary>A measurement for each follower.</summary>
    public IEnumerable<Measurement<double>> LagTimes()
    {
        var measurements = new List<Measurement<double>>();
        if (State.Leading is { } leading)
        {
            var now = _peer.Now;
            foreach (var (server, progress) in leading.Followers)
                measurements.Add(new(progress.LagAt(now).TotalSeconds, With("follower", server.Id)));
        }
        return measurements;
    }

    // ---- Elections and leaders

    /// <summary>The peer begins an election.</summary>
    /// <param name="reason">Why it does.</param>
    public void ElectionBegan(string reason) => RaftMetrics.Elections.Add(1, With("reason", reason));

    /// <summary>The peer knows a leader that it did not know before.</summary>
    public void LeaderChanged() => RaftMetrics.LeaderChanges.Add(1, _tags);

    /// <summary>The leader begins to move its leadership, so that each node leads its share.</summary>
    public void LeadershipMoved() => RaftMetrics.LeadershipsMoved.Add(1, _tags);

    // ---- Requests

    /// <summary>A client of this node proposes.</summary>
    public void Proposed() => Proposals++;

    /// <summary>A client of this node asks.</summary>
    public void Read(ReadKind kind) => _reads[(int)kind]++;

    /// <summary>A request of a client of this node is answered with a failure.</summary>
    /// <param name="request">What the client wanted.</param>
    /// <param name="reason">Why it failed.</param>
    public void Failed(string request, FailureReason reason)
    {
        if (!RaftMetrics.Failures.Enabled)
            return;
        var tags = With("request", request);
        tags.Add("reason", Name(reason));
        RaftMetrics.Failures.Add(1, tags);
    }

    // ---- Entries of the leader

    /// <summary>The leader appends an entry.</summary>
    public void Appended()
    {
        if (!_times.HasAppended && (RaftMetrics.CommitTime.Enabled || RaftMetrics.ApplyTime.Enabled))
            _times.Appended(_peer.Now);
    }

    /// <summary>The leader flushes.</summary>
    public void Flushed(long lastIndex) => _times.Flushed(lastIndex);

    /// <summary>Entries are committed.</summary>
    public void Committed(long commitIndex)
    {
        if (_times.HasUncommitted)
            _times.Committed(commitIndex, _peer.Now);
    }

    /// <summary>Entries are applied.</summary>
    public void Applied(long appliedIndex)
    {
        if (_times.HasUnapplied)
            _times.Applied(appliedIndex, _peer.Now);
    }

    /// <summary>The peer no longer leads.</summary>
    public void LeadershipEnded() => _times.Clear();

    // ---- The store

    /// <summary>A write to the journal is durable.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="since">When the write began.</param>
    public void Written(StatePersisted written, TimeSpan since)
    {
        if (RaftMetrics.WriteTime.Enabled)
            RaftMetrics.WriteTime.Record((_peer.Now - since).TotalSeconds, _tags);
        if (written.Batches.Count == 0)
            return;
        if (RaftMetrics.WriteEntries.Enabled)
            RaftMetrics.WriteEntries.Record(written.Batches[^1].LastIndex - written.PreviousIndex, _tags);
        if (RaftMetrics.WriteBytes.Enabled)
            RaftMetrics.WriteBytes.Record(written.Size, _tags);
    }

    /// <summary>A snapshot of the peer's own state is stored.</summary>
    /// <param name="since">When it was begun.</param>
    public void SnapshotTaken(TimeSpan since) =>
        RaftMetrics.SnapshotTakeTime.Record((_peer.Now - since).TotalSeconds, _tags);

    /// <summary>A snapshot of the leader is installed.</summary>
    /// <param name="since">When its first chunk came.</param>
    public void SnapshotInstalled(TimeSpan since) =>
        RaftMetrics.SnapshotInstallTime.Record((_peer.Now - since).TotalSeconds, _tags);

    /// <summary>The leader begins to send a snapshot.</summary>
    /// <param name="follower">The member that gets it.</param>
    public void SnapshotSent(string follower) => RaftMetrics.SnapshotsSent.Add(1, With("follower", follower));

    private TagList With(string tag, string value)
    {
        var tags = _tags;
        tags.Add(tag, value);
        return tags;
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
