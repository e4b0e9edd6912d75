using Akka.Actor;

namespace RaftActors.TestKit.Network;

/// <summary>The one-way link from a node to another: its state, and what goes over it.</summary>
internal sealed class Link<TNode>(TNode from, TNode to)
    where TNode : class, INetworkNode
{
    public TNode From => from;

    public TNode To => to;

    /// <summary>How many faults cut it at present, whatever else is connected.</summary>
    public int Cuts { get; set; }

    /// <summary>When the latest message so far arrives: an orderly link lets none arrive before it.</summary>
    public TimeSpan LastArrival { get; set; }

    /// <summary>What is on its way, in the order in which it was sent.</summary>
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

    /// <summary>Its connection broke before it was through.</summary>
    public bool IsLost { get; set; }

    public override string ToString() => $"{Link}: {MessageText.Of(Original)}";
}
