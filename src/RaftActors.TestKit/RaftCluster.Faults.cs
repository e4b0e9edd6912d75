using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>
    /// Cuts all links from and to a peer. The peer keeps running. Messages under way are lost. No peer notices a closed
    /// connection, as when a switch fails.
    /// </summary>
    /// <param name="peer">The peer.</param>
    public void CutOff(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} is cut off");
        peer.IsCutOff = true;
    }

    /// <summary>Undoes <see cref="CutOff"/>.</summary>
    /// <param name="peer">The peer.</param>
    public void Heal(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} is connected");
        peer.IsCutOff = false;
    }

    /// <summary>
    /// Splits the cluster into sides. A peer reaches only the peers on its own side. A peer on no side reaches no other
    /// peer. A new partition replaces an earlier one.
    /// </summary>
    /// <param name="sides">The sides.</param>
    public void Partition(params IEnumerable<RaftPeer>[] sides)
    {
        _trace.Add($"partition {string.Join(" | ", sides.Select(side => string.Join(",", side)))}");
        _network.Partition(sides);
    }

    /// <summary>Cuts the link from one peer to another. The link in the other direction stays.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void CutLink(RaftPeer from, RaftPeer to)
    {
        _trace.Add($"{from.Id}->{to.Id} is cut");
        _network.Between(from, to).Cuts = 1;
    }

    /// <summary>Undoes <see cref="CutLink"/>.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void HealLink(RaftPeer from, RaftPeer to)
    {
        _trace.Add($"{from.Id}->{to.Id} is connected");
        _network.Between(from, to).Cuts = 0;
    }

    /// <summary>
    /// Undoes every <see cref="CutOff"/>, <see cref="CutLink"/>, <see cref="Partition"/> and <see cref="DropAfter"/>.
    /// Link faults, held writes and crashes stay.
    /// </summary>
    public void HealAll()
    {
        _trace.Add($"all are connected");
        _network.HealPartition();
        foreach (var link in _network.Links)
            link.Cuts = 0;
        foreach (var peer in Peers)
        {
            peer.IsCutOff = false;
            peer.StopDropping();
        }
    }

    /// <summary>
    /// Undoes every fault: does as <see cref="HealAll"/>, ends the link faults, releases held writes, and starts every
    /// peer that is down.
    /// </summary>
    public void EndAllFaults()
    {
        HealAll();
        Faults = LinkFaults.None;
        foreach (var peer in Peers)
        {
            if (peer.IsRunning)
                ReleaseWrites(peer);
            else
                Restart(peer);
        }
    }

    /// <summary>Lets the next messages of a peer through and loses all later ones.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="messages">How many messages still get through.</param>
    /// <param name="direction">
    /// Whether this concerns messages that the peer sends, messages to the peer, or both.
    /// </param>
    public void DropAfter(RaftPeer peer, int messages, LinkDirection direction = LinkDirection.Sent)
    {
        _trace.Add($"{peer.Id} loses messages ({direction}) after {messages} more");
        peer.DropAfter(messages, direction);
    }

    /// <summary>Undoes <see cref="DropAfter"/>.</summary>
    /// <param name="peer">The peer.</param>
    public void StopDropping(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} loses nothing");
        peer.StopDropping();
    }

    /// <summary>
    /// Kills the process of a peer, as SIGKILL does. Everything that the process has given to its disk stays, written
    /// or held. Its connections are closed, and the other peers notice that.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    public void Crash(RaftPeer peer)
    {
        var process = peer.Running;
        _trace.Add($"{peer.Id} crashes");
        _world.Settle();
        peer.Disk.Flush();
        Kill(process, tear: false);
        foreach (var other in Peers.Where(other => other.IsRunning && _network.Connects(peer, other)))
            CloseConnection(other, peer);
        foreach (var client in _clients.Where(client => !client.Unreachable.Contains(peer)))
            client.Process.ConnectionClosed(peer.Address);
        ThrowIfViolated();
    }

    /// <summary>
    /// Cuts the power of a peer. Writes that the disk held back are lost. The other peers only notice that the peer is
    /// silent.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="torn">
    /// Whether a part of the bytes that were held back reaches the disk all the same. For
    /// <see cref="ClusterJournal.Sqlite"/>.
    /// </param>
    public void LosePower(RaftPeer peer, bool torn = false)
    {
        var process = peer.Running;
        _trace.Add($"{peer.Id} loses power");
        _world.Settle();
        if (torn && _settings.Journal.CanTear)
            peer.Disk.Flush();
        Kill(process, torn);
        ThrowIfViolated();
    }

    /// <summary>Starts the process of a peer that crashed, with the data on its disk.</summary>
    /// <param name="peer">A peer that is down.</param>
    public void Restart(RaftPeer peer)
    {
        if (peer.IsRunning)
            throw new InvalidOperationException($"{peer.Id} is running.");
        StartProcess(peer);
    }

    /// <summary>Gives a peer that is down an empty disk.</summary>
    /// <param name="peer">A peer that is down.</param>
    public void Wipe(RaftPeer peer)
    {
        if (peer.IsRunning)
            throw new InvalidOperationException($"{peer.Id} is running.");
        _trace.Add($"{peer.Id} is wiped");
        _settings.Journal.Wipe(peer.Disk);
        peer.HighestTerm = 0;
    }

    /// <summary>
    /// Gives a peer that is down another address. Only the settings of that peer name the new address.
    /// </summary>
    /// <param name="peer">A peer that is down.</param>
    /// <param name="address">The new address.</param>
    public void Move(RaftPeer peer, string address)
    {
        if (peer.IsRunning)
            throw new InvalidOperationException($"{peer.Id} is running.");
        _trace.Add($"{peer.Id} moves to {address}");
        string former = peer.Address;
        peer.Member = peer.Member with { Address = address };
        _network.Moved(peer, former);
    }

    /// <summary>
    /// Gives a peer that is down a copy of another peer's disk, maybe of a peer of another cluster. For
    /// <see cref="ClusterJournal.InMemory"/>.
    /// </summary>
    /// <param name="peer">A peer that is down.</param>
    /// <param name="from">The peer whose disk is copied.</param>
    internal void GiveDisk(RaftPeer peer, RaftPeer from)
    {
        Wipe(peer);
        _trace.Add($"{peer.Id} gets a copy of {from.Id}'s disk");
        peer.Disk.Store.CopyFrom(from.Disk.Store);
    }

    /// <summary>
    /// Copies a peer's disk as it is now, for <see cref="SetBackDisk"/>. For <see cref="ClusterJournal.InMemory"/>.
    /// </summary>
    /// <param name="peer">A peer.</param>
    internal static InMemoryStore CopyDisk(RaftPeer peer)
    {
        var copy = new InMemoryStore();
        copy.CopyFrom(peer.Disk.Store);
        return copy;
    }

    /// <summary>Sets the disk of a peer that is down back to an earlier copy.</summary>
    /// <param name="peer">A peer that is down.</param>
    /// <param name="copy">The copy.</param>
    internal void SetBackDisk(RaftPeer peer, InMemoryStore copy)
    {
        Wipe(peer);
        _trace.Add($"{peer.Id}'s disk is set back");
        peer.Disk.Store.CopyFrom(copy);
    }

    /// <summary>Changes a bit of an event of a peer that is down. For <see cref="ClusterJournal.InMemory"/>.</summary>
    /// <param name="peer">A peer that is down.</param>
    /// <param name="which">Selects the event by its bytes.</param>
    internal void DamageEvent(RaftPeer peer, Func<byte[], bool> which)
    {
        _trace.Add($"an event of {peer.Id} is damaged");
        peer.Disk.Store.DamageEvent(which);
    }

    /// <summary>
    /// Damages the latest snapshot of a peer. A running peer notices that when it reads the snapshot. For
    /// <see cref="ClusterJournal.InMemory"/>.
    /// </summary>
    /// <param name="peer">A peer.</param>
    /// <param name="missing">Whether a part of the snapshot is removed rather than changed.</param>
    /// <param name="all">Whether all snapshots of the peer are damaged.</param>
    /// <param name="before">Whether the snapshot before the latest one is damaged instead.</param>
    internal void DamageSnapshot(RaftPeer peer, bool missing, bool all = false, bool before = false)
    {
        _trace.Add($"{peer.Id}'s snapshot is damaged");
        peer.Disk.Store.DamageSnapshots(missing, all, before);
    }

    /// <summary>
    /// Lets a peer's writes wait, as in a cache that is not synced. A power loss loses these writes; a crash does not.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    public void HoldWrites(RaftPeer peer)
    {
        _trace.Add($"{peer.Id}'s disk holds writes");
        _world.Settle();
        _settings.Journal.Synced(peer.Disk);
        peer.Disk.Hold(writes: true, answers: false);
    }

    /// <summary>
    /// Does a peer's writes but holds their confirmations. So a crash can fall between a write and what the peer would
    /// do next.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    public void HoldWriteConfirmations(RaftPeer peer)
    {
        _trace.Add($"{peer.Id}'s disk holds confirmations");
        peer.Disk.Hold(writes: false, answers: true);
    }

    /// <summary>Undoes <see cref="HoldWrites"/> and <see cref="HoldWriteConfirmations"/>.</summary>
    /// <param name="peer">A running peer.</param>
    public void ReleaseWrites(RaftPeer peer)
    {
        _trace.Add($"{peer.Id}'s disk holds nothing");
        peer.Disk.Hold(writes: false, answers: false);
    }

    /// <summary>Lets the next write of a peer fail.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="rejected">Whether the journal rejects the write rather than failing it.</param>
    public void FailNextWrite(RaftPeer peer, bool rejected = false)
    {
        _trace.Add($"{peer.Id}'s next write fails");
        peer.Disk.FailNext(rejected ? WriteFailure.Rejected : WriteFailure.NotDone, DiskWork.Write);
    }

    /// <summary>
    /// Lets a peer notice that its connection with another peer was closed, as its remoting would. Everything that the
    /// other peer sent before arrives first.
    /// </summary>
    /// <param name="peer">The peer that notices.</param>
    /// <param name="other">The other peer.</param>
    public void CloseConnection(RaftPeer peer, RaftPeer other) =>
        _network.CloseAfterAllSent(_network.Between(other, peer));
}
