namespace RaftActors.TestKit.Network;

/// <summary>Messages that the network keeps back, as long as it is told to.</summary>
internal sealed class HeldMessages(ClusterNetwork network, Func<Message<RaftPeer>, bool> which)
{
    private readonly List<Message<RaftPeer>> _messages = [];

    /// <summary>What was kept back, in the order in which it was sent.</summary>
    public IReadOnlyList<Message<RaftPeer>> Messages => _messages;

    public bool Take(Message<RaftPeer> message)
    {
        if (!which(message))
            return false;
        _messages.Add(message);
        return true;
    }

    /// <summary>Sends on some of what was kept back.</summary>
    public void Release(Func<Message<RaftPeer>, bool> released)
    {
        foreach (var message in _messages.FindAll(message => released(message)))
        {
            _messages.Remove(message);
            network.Dispatch(message);
        }
    }

    /// <summary>Keeps back nothing more, and sends on what was.</summary>
    public void ReleaseAll()
    {
        network.Forget(this);
        Release(_ => true);
    }

    /// <summary>Keeps back nothing more; what was, is lost.</summary>
    public void Drop()
    {
        network.Forget(this);
        _messages.Clear();
    }
}
