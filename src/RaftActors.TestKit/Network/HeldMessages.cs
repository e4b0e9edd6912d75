namespace RaftActors.TestKit.Network;

/// <summary>Messages that the network holds until the test releases or drops them.</summary>
internal sealed class HeldMessages(ClusterNetwork network, Func<Message<RaftPeer>, bool> which)
{
    private readonly List<Message<RaftPeer>> _messages = [];

    /// <summary>The messages that are held, in the order in which they were sent.</summary>
    public IReadOnlyList<Message<RaftPeer>> Messages => _messages;

    public bool Take(Message<RaftPeer> message)
    {
        if (!which(message))
            return false;
        _messages.Add(message);
        return true;
    }

    /// <summary>Sends some of the held messages on.</summary>
    public void Release(Func<Message<RaftPeer>, bool> released)
    {
        foreach (var message in _messages.FindAll(message => released(message)))
        {
            _messages.Remove(message);
            network.Dispatch(message);
        }
    }

    /// <summary>Holds no more messages, and sends the held ones on.</summary>
    public void ReleaseAll()
    {
        network.Forget(this);
        Release(_ => true);
    }

    /// <summary>Holds no more messages, and loses the held ones.</summary>
    public void Drop()
    {
        network.Forget(this);
        _messages.Clear();
    }
}
