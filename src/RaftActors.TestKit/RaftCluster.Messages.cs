using Akka.Actor;
using RaftActors.TestKit.Network;

namespace RaftActors.TestKit;

// For specs that know the peers' messages.
public sealed partial class RaftCluster
{
    private readonly List<Action<Message<RaftPeer>, string>> _watchers = [];

    /// <summary>Holds messages that are sent from now on.</summary>
    internal HeldMessages Hold(Func<Message<RaftPeer>, bool> which) => _network.Hold(which);

    /// <summary>Calls a watcher with each message at the moment when it is sent, held or lost.</summary>
    internal void WatchMessages(Action<Message<RaftPeer>, string> watcher) => _watchers.Add(watcher);

    /// <summary>Calls a listener with a line for each event from now on.</summary>
    internal void Trace(Action<string> listener) => _trace.Listener = listener;

    /// <summary>Sends a message as if a running peer had sent it.</summary>
    internal void Inject(RaftPeer from, RaftPeer to, object message) =>
        _network.Send(from, from.Running, to.Address, message, ActorRefs.NoSender);
}
