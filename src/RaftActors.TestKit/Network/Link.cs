using Akka.Actor;

namespace RaftActors.TestKit.Network;

/// <summary>The one-way link from one node to another: the state of the link, and the messages on it.</summary>
internal sealed class Link<TNode>(TNode from, TNode to)
    where TNode : class, INetworkNode
{
    public TNode From => from;

    public TNode To => to;

    /// <summary>The number of faults that cut the link at present. Each is undone on its own.</summary>
    public int Cuts { get; set; }

    /// <summary>
    /// When the latest message so far arrives. On a link in order, no later message arrives before that time.
    /// </summary>
    public TimeSpan LastArrival { get; set; }

    /// <summary>The messages on their way, in the order in which they were sent.</summary>
    public List<Message<TNode>> Underway { get; } = [];

    public LinkTraffic Traffic { get; set; }

    public override string ToString() => $"{from.Id}->{to.Id}";
}

/// <summary>A message on its way.</summary>
internal sealed class Message<TNode>(Link<TNode> link, Packed packed, object original, IActorRef? sender)
    where TNode : class, INetworkNode
{
    public Link<TNode> Link => link;

    public Packed Packed => packed;

    public object Original => original;

    public IActorRef? Sender => sender;

    public TNode From => Link.From;

    public TNode To => Link.To;

    /// <summary>Whether the connection broke before the message arrived.</summary>
    public bool IsLost { get; set; }

    public override string ToString() => $"{Link}: {MessageText.Of(Original)}";
}
