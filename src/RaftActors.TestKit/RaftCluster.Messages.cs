using Akka.Actor;
using RaftActors.TestKit.Network;

namespace RaftActors.TestKit;

// For those who know the peers' messages.
public sealed partial class RaftCluster
{
    private readonly List<Action<Message<RaftPeer>, string>> _watchers = [];

    /// <summary>Keeps back messages that are sent from now on.</summary>
    internal HeldMessages Hold(Func<Message<RaftPeer>, bool> which) => _network.Hold(which);

    /// <summary>Tells what was sent, held or lost, at that moment.</summary>
    internal void WatchMessages(Action<Message<RaftPeer>, string> watcher) => _watchers.Add(watcher);

    /// <summary>Tells everything that happens from now on, a line each.</summary>
    internal void Trace(Action<string> listener) => _trace.Listener = listener;

    /// <summary>Sends a message as if a running peer had.</summary>
    internal void Inject(RaftPeer from, RaftPeer to, object message) =>
        _network.Send(from, from.Running, to.Address, message, ActorRefs.NoSender);
}
