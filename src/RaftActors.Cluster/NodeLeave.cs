using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Cluster.Protocol;
using RaftActors.Cluster.Wire;

namespace RaftActors.Cluster;

/// <summary>
/// How nodes leave a group: a node that is about to leave waits until its vote is taken over, and the leader's node
/// says when that is.
/// </summary>
/// <param name="settings">The coordinator's settings.</param>
/// <param name="self">The coordinator.</param>
/// <param name="peer">This node's peer.</param>
/// <param name="nodes">The nodes of the cluster.</param>
/// <param name="log">The coordinator's log.</param>
internal sealed class NodeLeave(
    CoordinatorSettings settings, IActorRef self, OwnPeer peer, NodeDirectory nodes, ILoggingAdapter log)
{
    // Whoever stops this node, and waits until its vote is taken over.
    private IActorRef? _asker;

    /// <summary>Whether this node waits to leave.</summary>
    public bool IsWaiting => _asker is not null;

    /// <summary>This node is about to leave: whoever asks is told when it can.</summary>
    public void Begin(IActorRef asker) => _asker = asker;

    /// <summary>Tells the leader's node that this node leaves.</summary>
    public void Try()
    {
        if (peer.IsLeader)
            nodes.Leaves(settings.Self.Address, settings.Uid);
        else if (peer.Status?.Leader is { } leader)
        {
            var leave = new Leave
            {
                Group = settings.Group,
                MemberId = settings.Self.Id,
                Address = settings.Self.Address,
                Uid = settings.Uid,
            };
            settings.Resolve(leader.Address).Tell(leave, self);
        }
    }

    /// <summary>This node can leave. Tells whoever waits for that.</summary>
    public void Allow(string reason)
    {
        if (_asker is not { } asker)
            return;
        log.Info("{0}, group {1}: this node can leave. {2}", settings.Self.Id, settings.Group, reason);
        _asker = null;
        asker.Tell(new ReadyToLeave(reason));
    }

    /// <summary>Beside the leader: tells each node that has said to leave, and can, that it can.</summary>
    /// <param name="members">The members of the group.</param>
    /// <param name="mayLeave">The members that may leave with their vote.</param>
    public void Answer(GroupMembers members, IReadOnlySet<string> mayLeave)
    {
        foreach (var node in nodes.Nodes)
        {
            string id = nodes.MemberOn(node, members);
            bool isMember = members.Members.Any(member => member.Id == id);
            if (!nodes.HasSaidToLeave(node) || (isMember && !mayLeave.Contains(id)))
                continue;
            string reason = isMember
                ? "The member keeps its vote: the group would be no stronger without it."
                : "The member is removed.";
            if (node.Address == settings.Self.Address)
                Allow(reason);
            else
                settings.Resolve(node.Address).Tell(new LeaveAnswer { Group = settings.Group, Reason = reason }, self);
        }
    }
}

/// <summary>This node is about to leave the cluster. Answered by <see cref="ReadyToLeave"/>, perhaps late.</summary>
internal sealed record PrepareToLeave : INoSerializationVerificationNeeded
{
    public static readonly PrepareToLeave Instance = new();
}

/// <summary>The node need not wait any longer.</summary>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record ReadyToLeave(string Reason) : INoSerializationVerificationNeeded;
