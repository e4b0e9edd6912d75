using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.StateMachines;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;

namespace RaftActors.TestKit;

/// <summary>A peer of a <see cref="RaftCluster"/>: a process that may be down, with a disk that outlives it.</summary>
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

    /// <summary>Its priority: that with which the group is founded, and that changes of members give it.</summary>
    public int Priority { get; set; }

    /// <summary>
    /// By how much its clocks are fast, from the next start of its process on: 0.01 is one in a hundred.
    /// </summary>
    public double ClockDrift { get; set; }

    /// <summary>Its member id.</summary>
    public string Id => Member.Id;

    /// <summary>Its node's address. Nothing listens there: the cluster's links lead to it.</summary>
    public string Address => Member.Address;

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning => Process is not null;

    /// <summary>Whether it was cut off from all others by <see cref="RaftCluster.CutOff"/>.</summary>
    public bool IsCutOff { get; internal set; }

    /// <summary>The actor system of its process.</summary>
    /// <exception cref="InvalidOperationException">The process is down.</exception>
    public ActorSystem System => Running.System;

    /// <summary>What clients tell their messages: the reference that <see cref="Raft.StartAsync"/> gave.</summary>
    /// <exception cref="InvalidOperationException">The process is down.</exception>
    public IActorRef Ref => Running.Ref;

    /// <summary>
    /// What its state machine has applied, in order, that of the snapshot it started from included. Empty while the
    /// process is down.
    /// </summary>
    public IReadOnlyList<AppliedCommand> Log => Process?.Log ?? [];

    /// <summary>
    /// Its state machine, as <see cref="RaftClusterSettings.StateMachine"/> made it; <c>null</c> while there is none.
    /// </summary>
    public IStateMachine? StateMachine => Process?.StateMachine;

    /// <summary>Why the peer stopped for good since its process was started, if it did.</summary>
    public PeerFailed? Failure => Process?.Failure;

    /// <summary>Whether the peer stopped since its process was started because it was removed from the group.</summary>
    public bool IsRemoved => Process?.Removed is not null;

    internal PeerDisk Disk { get; }

    /// <summary>The peer as settings and changes of members name it.</summary>
    internal Member MemberWithPriority => Member with { Priority = Priority };

    /// <summary>Whether it is to join the group rather than to found it.</summary>
    internal bool Joins { get; init; }

    internal PeerProcess? Process { get; set; }

    Time.VirtualProcess? INetworkNode.Process => Process;

    /// <summary>How often its process was started.</summary>
    internal int Starts { get; set; }

    /// <summary>The highest term it ever reported.</summary>
    internal long HighestTerm { get; set; }

    internal PeerProcess Running => Process ?? throw new InvalidOperationException($"{Id} is not running.");

    /// <summary>The command it applied at an index, or <c>null</c>.</summary>
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
