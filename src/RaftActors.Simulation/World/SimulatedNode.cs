using RaftActors.Membership;
using RaftActors.Simulation.Checks;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <summary>A machine: its disk outlives the processes that run on it one after the other.</summary>
internal sealed class SimulatedNode(Member member, PeerDisk disk) : INetworkNode
{
    private DurableState? _aside;

    public Member Member { get; private set; } = member;

    public string Id => Member.Id;

    public string Address => Member.Address;

    public PeerDisk Disk => disk;

    /// <summary>What its disk holds, as the journal's events say.</summary>
    public DurableState Durable { get; private set; } = new();

    /// <summary>
    /// What its own disk holds, also while that is put aside: what was confirmed with it is still there.
    /// </summary>
    public DurableState Own => _aside ?? Durable;

    /// <summary>
    /// Whether its process is none of the group's: with a disk of another group, or with a copy of a member's disk
    /// beside that member. Nothing that it says counts.
    /// </summary>
    public bool IsStranger { get; private set; }

    /// <summary>Whether a new disk has taken the place of its own: the group refuses a peer with that store.</summary>
    public bool HasNewDisk { get; private set; }

    /// <summary>Whether its disk is a copy of a member's.</summary>
    public bool IsCopy { get; private init; }

    /// <summary>Whether it is at another address than at first.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>The process that runs; <c>null</c> while it is down.</summary>
    public SimulatedProcess? Process { get; set; }

    VirtualProcess? INetworkNode.Process => Process;

    /// <summary>How often a process was started.</summary>
    public int Starts { get; set; }

    /// <summary>The next command that its state machine is given makes it fail.</summary>
    public bool MachineFails { get; set; }

    /// <summary>How often its disk was set back, or an event on it damaged.</summary>
    public int SetBacks { get; set; }

    /// <summary>The event that was damaged and that its peer has not met yet; 0 for none.</summary>
    public long DamagedEvent { get; set; }

    /// <summary>
    /// Whether its own disk may lack what its peer had confirmed. What runs on another disk says nothing of that.
    /// </summary>
    public bool MayLack => SetBacks > 0 && (IsStranger || Process?.Peer?.Inspect().IsWhole != true);

    /// <summary>The last index that is in the snapshot which was damaged last; 0 for none.</summary>
    public long DamagedSnapshot { get; set; }

    /// <summary>How long a turn of its state machine takes at most; zero takes no time, like all others.</summary>
    public TimeSpan MachineDelay { get; set; }

    /// <summary>By how much its clock is fast: 0.01 is one in a hundred.</summary>
    public double Drift { get; init; }

    /// <summary>Whether it is no member at first and waits to be added.</summary>
    public bool Joins { get; init; }

    /// <summary>Whether it waits to be added and nobody has asked for that yet.</summary>
    public bool IsOutside => Joins && !WasWanted;

    /// <summary>Whether somebody has asked for it as a member that waited to be added.</summary>
    public bool WasWanted { get; set; }

    /// <summary>
    /// Whether somebody has asked for members without it, so that it may be removed, or has been: its disk is of no use
    /// any more.
    /// </summary>
    public bool MayBeRemoved { get; private set; }

    /// <summary>
    /// Whether somebody has asked for members without it: such a request may be long on its way, and remove it although
    /// others have asked for it since.
    /// </summary>
    public bool WasOmitted { get; private set; }

    /// <summary>Whether the peer of its process has stopped, as that of a member that was removed.</summary>
    public bool HasLeft { get; set; }

    /// <summary>A machine at another address with a copy of a member's disk.</summary>
    /// <param name="of">The member.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="disk">Its disk, which gets what is on the member's now.</param>
    public static SimulatedNode Copy(SimulatedNode of, string address, PeerDisk disk)
    {
        disk.Store.CopyFrom(of.Disk.Store);
        return new SimulatedNode(of.Member with { Address = address }, disk) { Drift = of.Drift, IsStranger = true,
            IsCopy = true };
    }

    /// <summary>It gets what is on another disk, before its first process.</summary>
    public void Put(OtherDisk other)
    {
        Disk.Store.CopyFrom(other.Store);
        Durable = other.Durable;
    }

    /// <summary>Another disk takes the place of its own, or its own that of the other, while it is down.</summary>
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

    /// <summary>It is at another address, while it is down.</summary>
    public void Move(string address)
    {
        Member = Member with { Address = address };
        HasMoved = true;
    }

    /// <summary>Somebody asks for members without it.</summary>
    public void Omit()
    {
        WasOmitted = true;
        MayBeRemoved |= !IsOutside;
    }

    public override string ToString() => Id;
}
