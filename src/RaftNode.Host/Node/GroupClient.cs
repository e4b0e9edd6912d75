using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>Brings requests from outside to the group, through this node's peer, and their answers back.</summary>
/// <remarks>
/// All requests share one actor, which answers find by their correlation id: nothing is made for a request but its task and its message. What was certainly not done for want
/// of a leader is tried again until the deadline; what may have been done is not.
/// </remarks>
internal sealed class GroupClient
{
    private readonly ConcurrentDictionary<long, PendingRequest> _pending = new();
    private readonly IActorRef _group;
    private readonly IActorRef _answers;
    private readonly TimeSpan _timeout;
    private long _lastId;

    /// <summary>Makes the client.</summary>
    /// <param name="system">Where its actor is made.</param>
    /// <param name="group">This node's peer of the group.</param>
    /// <param name="timeout">How long a request may take.</param>
    /// <param name="leaderWait">How long the peer keeps a request before it answers that there is no leader; less than the timeout.</param>
    public GroupClient(ActorSystem system, IActorRef group, TimeSpan timeout, TimeSpan leaderWait)
    {
        _group = group;
        _timeout = timeout;
        _answers = system.ActorOf(Props.Create(() => new GroupClientActor(_pending, group, leaderWait)), "group-client");
    }

    /// <summary>Proposes a command.</summary>
    /// <returns><see cref="Proposed"/> or <see cref="ProposalFailed"/>, never later than the timeout.</returns>
    public Task<object> ProposeAsync(object command)
    {
        var id = Interlocked.Increment(ref _lastId);
        return Send(id, new Propose(command, CorrelationId: id));
    }

    /// <summary>Asks for a linearizable read.</summary>
    /// <returns><see cref="QueryResult"/> or <see cref="QueryFailed"/>, never later than the timeout.</returns>
    public Task<object> QueryAsync(object request)
    {
        var id = Interlocked.Increment(ref _lastId);
        return Send(id, new Query(request, CorrelationId: id));
    }

    private Task<object> Send(long id, object message)
    {
        var now = Stopwatch.GetTimestamp();
        var request = new PendingRequest(message, now, now + (long)(_timeout.TotalSeconds * Stopwatch.Frequency));
        _pending[id] = request;
        _group.Tell(message, _answers);
        return request.Task;
    }
}
