using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>
    /// Starts one more peer, with an empty disk and the setting <c>join</c>. The peer is no member until a change of
    /// members adds it.
    /// </summary>
    public RaftPeer StartJoining()
    {
        var member = MemberOf(_peers.Count + 1);
        var peer = new RaftPeer(member, NewDisk(member)) { Joins = true };
        _peers.Add(peer);
        _network.Connect(peer);
        StartProcess(peer);
        return peer;
    }

    /// <summary>Asks a peer to change the members, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="voters">The peers with a vote.</param>
    /// <param name="learners">The peers that get the log without a vote.</param>
    /// <param name="expectedIndex">The index of the configuration that the change is made for; 0 for any.</param>
    public PendingProposal ChangeMembers(RaftPeer peer, IEnumerable<RaftPeer> voters,
        IEnumerable<RaftPeer>? learners = null, long expectedIndex = 0)
    {
        Member[] newVoters = [.. voters.Select(static voter => voter.MemberWithPriority)],
            newLearners = [.. (learners ?? []).Select(static learner => learner.MemberWithPriority)];
        string voterIds = string.Join(",", newVoters.Select(static each => each.Id));
        string learnerIds = string.Join(",", newLearners.Select(static each => each.Id));
        _trace.Add($"{peer.Id} is asked for the voters {voterIds} and the learners {learnerIds}");
        return peer.Running.Request(id =>
            new ChangeMembers(newVoters, newLearners, CorrelationId: id) { ExpectedIndex = expectedIndex });
    }

    /// <summary>Changes the members. Asks connected peers until the change is done.</summary>
    /// <param name="voters">The peers with a vote.</param>
    /// <param name="learners">The peers that get the log without a vote.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <returns>The index of the new configuration.</returns>
    /// <exception cref="RaftClusterException">The change was not done in time.</exception>
    public long SetMembers(IReadOnlyCollection<RaftPeer> voters, IReadOnlyCollection<RaftPeer>? learners = null,
        TimeSpan? limit = null)
    {
        var end = Now + (limit ?? DefaultLimit);
        string last = "";
        while (Now < end)
        {
            var change = ChangeMembers(AwaitLeader(end - Now), voters, learners);
            RunUntil(() => change.IsDone, end - Now);
            if (change.Proposed is { } done)
                return done.Index;
            last = change.Failed?.ToString() ?? "no answer";
            Run(TimeSpan.FromMilliseconds(50));
        }
        throw Failure($"The members could not be changed: {last}.");
    }

    /// <summary>The members according to a peer; <c>null</c> while the peer is down, recovering or removed.</summary>
    /// <param name="peer">The peer.</param>
    public GroupMembers? MembersOf(RaftPeer peer)
    {
        if (peer.Process is not { } process)
            return null;
        process.AskMembers();
        _world.Settle();
        ThrowIfViolated();
        return process.LastMembers;
    }

    private static Member MemberOf(int number) => new($"peer{number}", $"peer{number}.test:4051");
}
