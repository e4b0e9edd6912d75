using Akka.Actor;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>The links of a <see cref="RaftCluster"/>, with the faults that a test can ask for.</summary>
internal sealed class ClusterNetwork(VirtualWorld world, Random random) : VirtualNetwork<RaftPeer>(world, random)
{
    private readonly List<HeldMessages> _holds = [];
    private Dictionary<RaftPeer, int>? _sides;

    /// <summary>Called when a peer notices that its connection with another peer was closed.</summary>
    public Action<RaftPeer, RaftPeer>? Noticed { get; set; }

    /// <summary>
    /// Splits the peers into sides. A peer reaches only the peers on its own side. A peer on no side reaches no other
    /// peer.
    /// </summary>
    public void Partition(IEnumerable<IEnumerable<RaftPeer>> sides)
    {
        _sides = [];
        int number = 0;
        foreach (var side in sides)
        {
            number++;
            foreach (var peer in side)
                _sides.Add(peer, number);
        }
    }

    public void HealPartition() => _sides = null;

    /// <inheritdoc/>
    public override bool Connects(RaftPeer from, RaftPeer to) =>
        from == to || (base.Connects(from, to) && !from.IsCutOff && !to.IsCutOff && AreOnOneSide(from, to));

    /// <summary>Holds messages that are sent from now on.</summary>
    public HeldMessages Hold(Func<Message<RaftPeer>, bool> which)
    {
        var held = new HeldMessages(this, which);
        _holds.Add(held);
        return held;
    }

    public void Forget(HeldMessages held) => _holds.Remove(held);

    private bool AreOnOneSide(RaftPeer one, RaftPeer other) =>
        _sides is null
        || (_sides.TryGetValue(one, out int left) && _sides.TryGetValue(other, out int right) && left == right);

    /// <inheritdoc/>
    protected override bool Holds(Message<RaftPeer> message) => _holds.Exists(held => held.Take(message));

    /// <inheritdoc/>
    protected override bool Passes(Message<RaftPeer> message) =>
        base.Passes(message) && message.From.MayPass(LinkDirection.Sent) && message.To.MayPass(LinkDirection.Received);

    /// <inheritdoc/>
    protected override void Closed(Link<RaftPeer> link)
    {
        if (link.To.IsRunning)
            Noticed?.Invoke(link.To, link.From);
        base.Closed(link);
    }
}
