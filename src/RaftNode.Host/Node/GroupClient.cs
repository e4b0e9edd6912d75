using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftNode.Host.Node;

/// <summary>Sends requests from outside to the group through this node's peer, and returns the answers.</summary>
/// <remarks>
/// All requests share one actor. An answer finds its request by the correlation id, so a request needs no more than its
/// task and its message. A request that was certainly not done because there was no leader is tried again until its
/// deadline. A request that may have been done is tried again only if it has a number in a session, so that it is not
/// done twice.
/// <para>
/// A <see cref="RaftClient"/> does not fit here, for three reasons. It puts each command in a session of its own; here
/// a write without a key has no session, and a write with a key has the session and the number that its own client
/// named. It has a window; here as many requests are under way as HTTP brings. Each of its answers passes through an
/// actor; here an answer completes its task at once (<see cref="GroupClientAnswers"/>). bench/README.md says what that
/// gains.
/// </para>
/// </remarks>
internal sealed class GroupClient
{
    private readonly PendingRequests _pending = new();
    private readonly IActorRef _group;
    private readonly IActorRef _actor;
    private readonly IActorRef _answers;
    private readonly IScheduler _scheduler;
    private readonly TimeSpan _timeout;
    private long _lastId;

    /// <summary>Makes the client.</summary>
    /// <param name="system">The actor system in which the client's actor is made.</param>
    /// <param name="group">This node's peer of the group.</param>
    /// <param name="timeout">How long a request may take.</param>
    /// <param name="leaderWait">
    /// How long the peer keeps a request before it answers that there is no leader. It must be less than the timeout.
    /// </param>
    /// <param name="name">The group's name, if the node has several groups; <c>null</c> if it has one.</param>
    public GroupClient(
        ActorSystem system, IActorRef group, TimeSpan timeout, TimeSpan leaderWait, string? name = null)
    {
        _group = group;
        _scheduler = system.Scheduler;
        _timeout = timeout;
        _actor = system.ActorOf(Props.Create(() => new GroupClientActor(_pending, group, leaderWait, name)),
            name is null ? "group-client" : $"group-client-{name}");
        _answers = new GroupClientAnswers((IInternalActorRef)_actor, _pending);
    }

    /// <summary>Proposes a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="session">
    /// The session and number of the command; <c>null</c> for a command that is applied as often as it is proposed.
    /// </param>
    /// <returns><see cref="Proposed"/> or <see cref="ProposalFailed"/>, never later than the timeout.</returns>
    public Task<object> ProposeAsync(object command, SessionStamp? session = null)
    {
        var id = NextId();
        return SendAsync(id, new Propose(command, CorrelationId: id) { Session = session });
    }

    /// <summary>Opens a session.</summary>
    /// <returns>
    /// <see cref="Proposed"/> with a <see cref="SessionOpened"/>, or <see cref="ProposalFailed"/>, never later than the
    /// timeout.
    /// </returns>
    public Task<object> OpenSessionAsync()
    {
        var id = NextId();
        return SendAsync(id, new OpenSession(CorrelationId: id));
    }

    /// <summary>Keeps a session alive. Acknowledges no responses.</summary>
    /// <param name="session">The session.</param>
    /// <returns><see cref="Proposed"/> or <see cref="ProposalFailed"/>, never later than the timeout.</returns>
    public Task<object> KeepSessionAliveAsync(long session)
    {
        var id = NextId();
        return SendAsync(id, new KeepSessionAlive(session, 1, CorrelationId: id));
    }

    /// <summary>Closes a session.</summary>
    /// <param name="session">The session.</param>
    /// <returns><see cref="Proposed"/> or <see cref="ProposalFailed"/>, never later than the timeout.</returns>
    public Task<object> CloseSessionAsync(long session)
    {
        var id = NextId();
        return SendAsync(id, new CloseSession(session, CorrelationId: id));
    }

    /// <summary>Changes the members of the group.</summary>
    /// <param name="voters">The members that shall have a vote.</param>
    /// <param name="learners">The members that shall get the log without a vote.</param>
    /// <param name="expectedIndex">The index of the configuration that the change is made for; 0 for any.</param>
    /// <returns><see cref="Proposed"/> or <see cref="ProposalFailed"/>, never later than the timeout.</returns>
    public Task<object> ChangeMembersAsync(IReadOnlyList<Member> voters, IReadOnlyList<Member> learners,
        long expectedIndex)
    {
        var id = NextId();
        return SendAsync(id, new ChangeMembers(voters, learners, CorrelationId: id) { ExpectedIndex = expectedIndex });
    }

    /// <summary>Sends a query.</summary>
    /// <param name="request">The query.</param>
    /// <param name="consistency">How up to date the answer must be.</param>
    /// <param name="maxStaleness">How old the state of a stale read may be; <c>null</c> for any age.</param>
    /// <returns><see cref="QueryResult"/> or <see cref="QueryFailed"/>, never later than the timeout.</returns>
    public Task<object> QueryAsync(object request, ReadConsistency consistency = ReadConsistency.Linearizable,
        TimeSpan? maxStaleness = null)
    {
        var id = NextId();
        return SendAsync(id, new Query(request, consistency, CorrelationId: id) { MaxStaleness = maxStaleness });
    }

    private long NextId() => Interlocked.Increment(ref _lastId);

    private Task<object> SendAsync(long id, object message)
    {
        var now = _scheduler.HighResMonotonicClock;
        var request = new PendingRequest(message, now, now + _timeout);
        if (_pending.Add(id, request))
            _actor.Tell(GroupClientActor.StartSweeping.Instance, ActorRefs.NoSender);
        _group.Tell(message, _answers);
        return request.Task;
    }
}
