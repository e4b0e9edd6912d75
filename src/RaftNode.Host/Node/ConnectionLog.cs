using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace RaftNode.Host.Node;

/// <summary>
/// Logs when this node cannot connect to another, and when it can again: one line each, and one more when the reason
/// changes. Akka.Remote tries again five times a second (<c>akka.remote.retry-gate-closed-for</c>). It logs three lines
/// about each attempt, one of them with a stack trace. <see cref="LineLogger"/> leaves these lines out.
/// </summary>
internal sealed class ConnectionLog : ReceiveActor
{
    private static readonly Type[] Heard = [typeof(AssociationErrorEvent), typeof(AssociatedEvent)];

    private readonly ILoggingAdapter _log = Context.GetLogger();

    // The nodes that this node cannot connect to, each with the reason that was logged.
    private readonly Dictionary<Address, string> _failing = [];

    public ConnectionLog()
    {
        Receive<AssociationErrorEvent>(static error => !error.IsInbound, OnFailed);
        Receive<AssociatedEvent>(made => !made.IsInbound && _failing.Remove(made.RemoteAddress), made =>
            _log.Info("there is a connection to {0} again.", made.RemoteAddress));
        // What another node does, and connections to nodes that could be reached.
        Receive<RemotingLifecycleEvent>(static _ => { });
    }

    /// <summary>
    /// Whether an event of the actor system's log is about one more attempt of this node to connect. What fails at the
    /// attempt of another node is logged by Akka.Remote alone, and is not among these.
    /// </summary>
    /// <param name="source">Where the event comes from, without the actor system's name.</param>
    /// <param name="text">The text of the event.</param>
    public static bool IsRepeated(string source, string text) =>
        (source.StartsWith("/system/endpointManager", StringComparison.Ordinal)
            && ((text.StartsWith("AssociationError [", StringComparison.Ordinal)
                    && text.Contains("] -> ", StringComparison.Ordinal))
                || text.StartsWith("Removing receive buffers for [", StringComparison.Ordinal)))
        || text.StartsWith("Tried to associate with unreachable remote address", StringComparison.Ordinal);

    protected override void PreStart()
    {
        foreach (var type in Heard)
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void OnFailed(AssociationErrorEvent error)
    {
        // The innermost exception says what the operating system says.
        string reason = error.Cause.GetBaseException().Message;
        if (_failing.GetValueOrDefault(error.RemoteAddress) == reason)
            return;
        _failing[error.RemoteAddress] = reason;
        _log.Warning(
            "no connection to {0}: {1}. This node tries again until there is one.", error.RemoteAddress, reason);
    }
}
