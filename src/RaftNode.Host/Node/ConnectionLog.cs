using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace RaftNode.Host.Node;

/// <summary>
/// Logs once when this node cannot connect to another, and once when it can again. Akka.Remote tries again five times a
/// second (<c>akka.remote.retry-gate-closed-for</c>), and logs three lines about each attempt, one of them with a stack
/// trace. <see cref="LineLogger"/> leaves these lines out.
/// </summary>
internal sealed class ConnectionLog : ReceiveActor
{
    private static readonly Type[] Heard = [typeof(AssociationErrorEvent), typeof(AssociatedEvent)];

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<Address> _failing = [];

    public ConnectionLog()
    {
        Receive<AssociationErrorEvent>(error => !error.IsInbound && _failing.Add(error.RemoteAddress), error =>
            _log.Warning("no connection to {0}: {1}. This node tries again until there is one.",
                error.RemoteAddress, Reason(error.Cause)));
        Receive<AssociatedEvent>(made => !made.IsInbound && _failing.Remove(made.RemoteAddress), made =>
            _log.Info("there is a connection to {0} again.", made.RemoteAddress));
        // What changes nothing.
        Receive<RemotingLifecycleEvent>(static _ => { });
    }

    /// <summary>Whether an event of the actor system's log is about one more attempt to connect.</summary>
    /// <param name="source">Where the event comes from, without the actor system's name.</param>
    /// <param name="text">The text of the event.</param>
    public static bool IsRepeated(string source, string text) =>
        (source.StartsWith("/system/endpointManager", StringComparison.Ordinal)
            && (text.StartsWith("AssociationError [", StringComparison.Ordinal)
                || text.StartsWith("Removing receive buffers for [", StringComparison.Ordinal)))
        || text.StartsWith("Tried to associate with unreachable remote address", StringComparison.Ordinal);

    protected override void PreStart()
    {
        foreach (var type in Heard)
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    // The innermost exception says what the operating system says.
    private static string Reason(Exception cause) => cause.GetBaseException().Message;
}
