using Akka.Actor;

namespace RaftActors.TestKit.Network;

/// <summary>The one-way link from a peer to another: its state, and what went over it.</summary>
internal sealed class Link(RaftPeer from, RaftPeer to)
{
    public RaftPeer From => from;

    public RaftPeer To => to;

    /// <summary>Cut by itself, whatever else is connected.</summary>
    public bool IsCut { get; set; }

    /// <summary>When the latest message so far will arrive: an orderly link lets none arrive before it.</summary>
    public TimeSpan LastArrival { get; set; }

    public LinkTraffic Traffic { get; set; }

    public override string ToString() => $"{from.Id}->{to.Id}";
}

/// <summary>A message on its way, as the bytes that a wire would carry.</summary>
internal sealed record Message(Link Link, byte[] Bytes, int SerializerId, string Manifest, object Original, IActorRef? Sender)
{
    public RaftPeer From => Link.From;

    public RaftPeer To => Link.To;

    public override string ToString() => $"{Link}: {MessageText.Of(Original)}";
}
