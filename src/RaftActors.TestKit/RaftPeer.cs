using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.StateMachines;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;

namespace RaftActors.TestKit;

/// <summary>
/// A peer of a <see cref="RaftCluster"/>: a process, which may be down, and a disk, which outlives the process.
/// </summary>
public sealed class RaftPeer : INetworkNode
{
    private (LinkDirection Direction, int Left)? _drop;

    internal RaftPeer(Member member, PeerDisk disk)
    {
        Member = member;
        Disk = disk;
    }

    /// <summary>The peer as a member of its group.</summary>
    public Member Member { get; internal set; }

    /// <summary>The peer's priority as leader, when the group is founded and when members are changed.</summary>
    public int Priority { get; set; }

    /// <summary>
    /// By how much the clocks of the peer are fast, from the next start of its process on: 0.01 is one in a hundred.
    /// </summary>
    public double ClockDrift { get; set; }

    /// <summary>The member id of the peer.</summary>
    public string Id => Member.Id;

    /// <summary>The address of the peer's node. The cluster's links lead to it; no socket listens there.</summary>
    public string Address => Member.Address;

    /// <summary>Whether the peer's process runs.</summary>
    public bool IsRunning => Process is not null;

    /// <summary>Whether <see cref="RaftCluster.CutOff"/> has cut the peer off from all others.</summary>
    public bool IsCutOff { get; internal set; }

    /// <summary>The actor system of the peer's process.</summary>
    /// <exception cref="InvalidOperationException">The process is down.</exception>
    public ActorSystem System => Running.System;

    /// <summary>The reference that <see cref="Raft.StartAsync"/> returned. Clients send their messages to it.</summary>
    /// <exception cref="InvalidOperationException">The process is down.</exception>
    public IActorRef Ref => Running.Ref;

    /// <summary>
    /// The commands that the peer's state machine has applied, in order, including those in the snapshot from which it
    /// started. Empty while the process is down.
    /// </summary>
    public IReadOnlyList<AppliedCommand> Log => Process?.Log ?? [];

    /// <summary>
    /// The peer's state machine, as <see cref="RaftClusterSettings.StateMachine"/> made it; <c>null</c> while there is
    /// none.
    /// </summary>
    public IStateMachine? StateMachine => Process?.StateMachine;

    /// <summary>Why the peer has stopped for good since its process was started; <c>null</c> if it has not.</summary>
    public PeerFailed? Failure => Process?.Failure;

    /// <summary>
    /// Whether the peer has stopped since its process was started because it was removed from the group.
    /// </summary>
    public bool IsRemoved => Process?.Removed is not null;

    internal PeerDisk Disk { get; }

    /// <summary>The peer as settings and changes of members name it.</summary>
    internal Member MemberWithPriority => Member with { Priority = Priority };

    /// <summary>Whether the peer joins the group rather than founding it.</summary>
    internal bool Joins { get; init; }

    internal PeerProcess? Process { get; set; }

    Time.VirtualProcess? INetworkNode.Process => Process;

    /// <summary>How often the peer's process was started.</summary>
    internal int Starts { get; set; }

    /// <summary>The highest term that the peer ever reported.</summary>
    internal long HighestTerm { get; set; }

    internal PeerProcess Running => Process ?? throw new InvalidOperationException($"{Id} is not running.");

    /// <summary>The command that the peer applied at an index; <c>null</c> if it has not applied that index.</summary>
    /// <param name="index">The index.</param>
    public AppliedCommand? At(long index)
    {
        var log = Log;
        int low = 0, high = log.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (log[middle].Index == index)
                return log[middle];
            if (log[middle].Index < index)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;

    internal void DropAfter(int messages, LinkDirection direction) => _drop = (direction, messages);

    internal void StopDropping() => _drop = null;

    internal bool MayPass(LinkDirection direction)
    {
        if (_drop is not { } drop || !drop.Direction.HasFlag(direction))
            return true;
        if (drop.Left == 0)
            return false;
        _drop = (drop.Direction, drop.Left - 1);
        return true;
    }
}
