using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.Sessions;
using RaftActors.Snapshots;

namespace RaftActors.StateMachines;

/// <summary>Committed entries for the state machine, in order.</summary>
internal sealed record ApplyEntries(LogEntry[] Entries) : INoSerializationVerificationNeeded;

/// <summary>
/// The state machine has applied all entries up to an index. The message has the responses to the last entries, one for
/// each.
/// </summary>
/// <param name="Machine">The number of the state machine.</param>
/// <param name="LastIndex">The last index applied.</param>
/// <param name="Responses">
/// The responses. An <see cref="EntryOutcome"/> for a command that the state machine was not given.
/// </param>
/// <param name="OpenSessions">The number of open client sessions.</param>
internal sealed record EntriesApplied(int Machine, long LastIndex, object?[] Responses,
    int OpenSessions) : INoSerializationVerificationNeeded
{
    /// <summary>Whether the state machine has a digest.</summary>
    public bool HasDigest { get; init; }

    /// <summary>The digest at the latest entry that asked for one.</summary>
    public ReplicaDigest Digest { get; init; }
}

/// <summary>Queries for the state machine: each as its sender sent it, or a <see cref="Payload"/>.</summary>
internal sealed record AskQueries(object[] Requests) : INoSerializationVerificationNeeded;

/// <summary>The answers to the oldest unanswered queries, in the order of the queries.</summary>
/// <param name="Machine">The number of the state machine.</param>
/// <param name="Answers">The answers.</param>
/// <param name="AppliedIndex">The index of the last entry that the state includes.</param>
internal sealed record QueriesAnswered(int Machine, QueryAnswer[] Answers,
    long AppliedIndex) : INoSerializationVerificationNeeded;

/// <summary>The answer of a state machine to a query.</summary>
/// <param name="Result">The answer.</param>
/// <param name="Failure">Why there is no answer; <c>null</c> if there is one.</param>
internal readonly record struct QueryAnswer(object? Result, string? Failure);

/// <summary>Asks for the image of the state at the last entry that was sent before.</summary>
internal sealed record CaptureImage : INoSerializationVerificationNeeded
{
    public static readonly CaptureImage Instance = new();
}

/// <summary>The image of a state. Its parts may be enumerated while the state machine goes on.</summary>
/// <param name="Machine">The number of the state machine.</param>
/// <param name="Last">The last entry that the state includes.</param>
/// <param name="Parts">The parts of the image; <c>null</c> if there is no image.</param>
/// <param name="Failure">Why there is no image; <c>null</c> if there is one.</param>
internal sealed record StateImage(int Machine, AppliedEntry Last, IEnumerable<ReadOnlyMemory<byte>>? Parts,
    string? Failure) : INoSerializationVerificationNeeded;

/// <summary>An entry that was applied.</summary>
internal readonly record struct AppliedEntry(long Index, long Term, long Time);

/// <summary>The snapshot from which a state machine starts is undamaged.</summary>
internal sealed record SnapshotIntact : INoSerializationVerificationNeeded
{
    public static readonly SnapshotIntact Instance = new();
}

/// <summary>The snapshot from which a state machine should start is damaged.</summary>
/// <param name="Machine">The number of the state machine.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record SnapshotDamaged(int Machine, Snapshot Snapshot,
    string Problem) : INoSerializationVerificationNeeded;

/// <summary>
/// Runs the user's state machine in an actor apart from the peer, so that a slow command delays no heartbeat. The state
/// machine starts from a snapshot, if there is one. An exception from applying a command stops the actor. The peer then
/// starts another one, which gets everything after that snapshot again.
/// </summary>
internal sealed class StateMachineActor : UntypedActor, IWithUnboundedStash
{
    private readonly Func<IStateMachine> _create;
    private readonly int _number;
    private readonly Snapshot? _snapshot;
    private readonly ChunkStore? _chunks;
    private readonly LeadershipNews _news;
    private IStateMachine _machine = null!;
    private SessionedStateMachine _sessioned = null!;
    private AppliedEntry _last;
    private Member? _leader;

    public StateMachineActor(
        Func<IStateMachine> create, int number, Snapshot? snapshot, ChunkStore? chunks, LeadershipNews news)
    {
        _create = create;
        _number = number;
        _snapshot = snapshot;
        _chunks = chunks;
        _news = news;
    }

    public IStash Stash { get; set; } = null!;

    /// <summary>The props of a state machine. It starts from a snapshot if one is given.</summary>
    public static Props Props(
        Func<IStateMachine> create, int number, Snapshot? snapshot, ChunkStore? chunks, LeadershipNews news) =>
        Akka.Actor.Props.Create(() => new StateMachineActor(create, number, snapshot, chunks, news));

    protected override void PreStart()
    {
        _machine = _create();
        var log = Context.GetLogger();
        _sessioned = new SessionedStateMachine(_machine, Context.System, problem => log.Warning("{0}", problem));
        if (_machine is ILeadershipAware)
            _news.Subscribe(Self);
        if (_snapshot is not { } snapshot)
            return;
        Become(Loading);
        Context.ActorOf(SnapshotReader.Props(snapshot.Content, _chunks!), "reader").Tell(ReadAll.Instance, Self);
    }

    // A reader that fails never answers, so this actor fails with it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    protected override void PostStop()
    {
        _news.Unsubscribe(Self);
        (_machine as IDisposable)?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ApplyEntries apply:
                Apply(apply.Entries);
                break;
            case AskQueries ask:
                Sender.Tell(new QueriesAnswered(_number, Array.ConvertAll(ask.Requests, Answer), _last.Index), Self);
                break;
            case CaptureImage:
                Sender.Tell(Capture(), Self);
                break;
            case LeaderChanged or RoleChanged when _machine is ILeadershipAware aware:
                Tell(aware, message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Everything else waits until the whole snapshot has been read and checked. So the state is never a mixture.
    private void Loading(object message)
    {
        switch (message)
        {
            case SnapshotRead read:
                Restore(_snapshot!, read);
                break;
            case SnapshotUnreadable { Cause: { } cause } unreadable:
                throw new IOException($"The snapshot cannot be read: {unreadable.Problem}", cause);
            case SnapshotUnreadable damaged:
                Context.Parent.Tell(new SnapshotDamaged(_number, _snapshot!, damaged.Problem), Self);
                break;
            default:
                Stash.Stash();
                break;
        }
    }

    private void Restore(Snapshot snapshot, SnapshotRead read)
    {
        Context.Parent.Tell(SnapshotIntact.Instance, Self);
        _machine.Restore(read.State);
        _sessioned.GoOnFrom(read.Sessions, snapshot);
        _last = new AppliedEntry(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        Become(OnReceive);
        Stash.UnstashAll();
    }

    private void Apply(LogEntry[] entries)
    {
        if (entries[0].Index != _last.Index + 1)
            throw new InvariantViolationException($"Entry {entries[0].Index} would be applied after entry "
                + $"{_last.Index}.");
        var responses = new object?[entries.Length];
        var digest = default(ReplicaDigest);
        for (int i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            responses[i] = _sessioned.Apply(entry);
            _last = new AppliedEntry(entry.Index, entry.Term, entry.Time);
            if (entry.Kind == EntryKind.Digest)
                digest = Digest(entry.Index);
        }
        Sender.Tell(
            new EntriesApplied(_number, _last.Index, responses,
            _sessioned.Sessions.Count) { HasDigest = _sessioned.HasDigest, Digest = digest }, Self);
    }

    private ReplicaDigest Digest(long index)
    {
        if (!_sessioned.HasDigest)
            return default;
        try
        {
            return new ReplicaDigest(index, _sessioned.Digest());
        }
        catch (Exception problem)
        {
            Context.GetLogger()
                .Error(problem, "There is no digest of the state after entry {0}: {1}", index, problem.Message);
            return default;
        }
    }

    private void Tell(ILeadershipAware machine, object news)
    {
        try
        {
            if (news is RoleChanged changed)
            {
                machine.RoleChanged(changed.Role, changed.Term);
                return;
            }
            var (former, announced) = (_leader, (LeaderChanged)news);
            _leader = announced.Leader;
            machine.LeaderChanged(former, _leader, announced.Term);
        }
        catch (Exception problem)
        {
            Context.GetLogger().Error(problem, "The state machine failed when it was told of {0}: {1}", news,
                problem.Message);
        }
    }

    private StateImage Capture()
    {
        try
        {
            return new StateImage(_number, _last, SnapshotBytes.Join(_sessioned.Sessions, _machine.TakeSnapshot()),
                null);
        }
        catch (Exception problem)
        {
            return new StateImage(_number, _last, null, problem.Message);
        }
    }

    private QueryAnswer Answer(object request)
    {
        try
        {
            object decoded = request is Payload payload
                ? Payloads.Decode(Context.System.Serialization, payload)
                : request;
            return new QueryAnswer(_machine.Query(decoded), null);
        }
        catch (Exception problem)
        {
            return new QueryAnswer(null, problem.Message);
        }
    }
}
