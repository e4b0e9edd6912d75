using RaftActors.Membership;
using RaftActors.Simulation.Checks;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <summary>A machine. Its disk outlives the processes that run on the machine one after the other.</summary>
internal sealed class SimulatedNode(Member member, PeerDisk disk) : INetworkNode
{
    private DurableState? _aside;

    public Member Member { get; private set; } = member;

    public string Id => Member.Id;

    public string Address => Member.Address;

    public PeerDisk Disk => disk;

    /// <summary>The contents of the node's disk according to the events of the journal.</summary>
    public DurableState Durable { get; private set; } = new();

    /// <summary>
    /// The contents of the node's own disk, even while another disk is in its place. What was confirmed with it is
    /// still there.
    /// </summary>
    public DurableState Own => _aside ?? Durable;

    /// <summary>
    /// Whether the node's process does not belong to the group: it has a disk of another group, or a copy of a member's
    /// disk. Nothing that the process says counts.
    /// </summary>
    public bool IsStranger { get; private set; }

    /// <summary>Whether a new disk has taken the place of its own: the group refuses a peer with that store.</summary>
    public bool HasNewDisk { get; private set; }

    /// <summary>Whether its disk is a copy of a member's.</summary>
    public bool IsCopy { get; private init; }

    /// <summary>Whether the node has moved to another address.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>The running process; <c>null</c> while the node is down.</summary>
    public SimulatedProcess? Process { get; set; }

    VirtualProcess? INetworkNode.Process => Process;

    /// <summary>How often a process of the node was started.</summary>
    public int Starts { get; set; }

    /// <summary>Whether the next command makes the node's state machine fail.</summary>
    public bool MachineFails { get; set; }

    /// <summary>How often the node's disk was set back, or an event on it was damaged.</summary>
    public int SetBacks { get; set; }

    /// <summary>The damaged event that the peer has not read yet; 0 for none.</summary>
    public long DamagedEvent { get; set; }

    /// <summary>
    /// Whether the node's own disk may lack what its peer had confirmed. A process on another disk says nothing about
    /// that.
    /// </summary>
    public bool MayLack => SetBacks > 0 && (IsStranger || Process?.Peer?.Inspect().IsWhole != true);

    /// <summary>The index of the last entry in the snapshot that was damaged last; 0 for none.</summary>
    public long DamagedSnapshot { get; set; }

    /// <summary>
    /// How long a turn of the node's state machine takes at most. With zero, turns take no time, as for all other
    /// actors.
    /// </summary>
    public TimeSpan MachineDelay { get; set; }

    /// <summary>By how much the node's clock is fast: 0.01 is one in a hundred.</summary>
    public double Drift { get; init; }

    /// <summary>Whether the node is no member at first and waits to be added.</summary>
    public bool Joins { get; init; }

    /// <summary>Whether the node waits to be added, and no request has named it yet.</summary>
    public bool IsOutside => Joins && !WasWanted;

    /// <summary>Whether a request has named the node as a new member.</summary>
    public bool WasWanted { get; set; }

    /// <summary>
    /// Whether a request has left out the node, so that it may be removed or has been. Its disk is then of no use any
    /// more.
    /// </summary>
    public bool MayBeRemoved { get; private set; }

    /// <summary>
    /// Whether a request has left out the node. Such a request may be under way for long, and remove the node although
    /// later requests have named it.
    /// </summary>
    public bool WasOmitted { get; private set; }

    /// <summary>Whether the peer of the node's process has stopped because its member was removed.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Makes a machine at another address with a copy of a member's disk.</summary>
    /// <param name="of">The member's node.</param>
    /// <param name="address">The address of the new machine.</param>
    /// <param name="disk">The disk of the new machine. It gets the present contents of the member's disk.</param>
    public static SimulatedNode Copy(SimulatedNode of, string address, PeerDisk disk)
    {
        disk.Store.CopyFrom(of.Disk.Store);
        return new SimulatedNode(of.Member with { Address = address }, disk) { Drift = of.Drift, IsStranger = true,
            IsCopy = true };
    }

    /// <summary>Gives the node the contents of another disk, before its first process.</summary>
    public void Put(OtherDisk other)
    {
        Disk.Store.CopyFrom(other.Store);
        Durable = other.Durable;
    }

    /// <summary>Exchanges the disk of a node that is down for another one, or for its own again.</summary>
    public void Exchange(OtherDisk other)
    {
        var former = new InMemoryStore();
        former.CopyFrom(Disk.Store);
        Disk.Store.CopyFrom(other.Store);
        other.Store.CopyFrom(former);
        (Durable, other.Durable) = (other.Durable, Durable);
        IsStranger = !IsStranger;
        HasNewDisk = IsStranger && other.IsNew;
        _aside = IsStranger ? other.Durable : null;
    }

    /// <summary>Moves a node that is down to another address.</summary>
    public void Move(string address)
    {
        Member = Member with { Address = address };
        HasMoved = true;
    }

    /// <summary>Called when a request for members leaves out the node.</summary>
    public void Omit()
    {
        WasOmitted = true;
        MayBeRemoved |= !IsOutside;
    }

    public override string ToString() => Id;
}
