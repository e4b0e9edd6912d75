using System.Collections.Concurrent;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors;

// What can be asked of a group by its name.
public sealed partial class Raft
{
    private static readonly TimeSpan MemberPause = TimeSpan.FromMilliseconds(100);

    // One client for each group that was ever proposed to here, each with a session.
    private readonly ConcurrentDictionary<string, GroupClient> _clients = new(StringComparer.Ordinal);
    private RaftClientSettings? _clientSettings;

    /// <summary>
    /// Proposes a command to a group that runs on this node, and tries again until the command is applied, exactly once
    /// (docs/exactly-once.md). All commands of this node to the group share a <see cref="RaftClient"/> and its session.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="command">A <c>byte[]</c>, or an object whose type has a registered serializer.</param>
    /// <param name="timeout">When to give up; <see cref="Timeout.InfiniteTimeSpan"/> for never.</param>
    /// <param name="maxRetries">
    /// How many attempts are made after the first one; -1 for as many as fit into the time. An attempt to open the
    /// session that the command waits for counts as one.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. The command may still be applied.</param>
    /// <returns>Where the command is in the log, and the state machine's response.</returns>
    /// <exception cref="RaftClientException">
    /// The command failed; the exception says whether it may have been applied. What no further attempt can change
    /// fails at once: a command that is too large or has no serializer, or a peer that stopped for good.
    /// </exception>
    /// <exception cref="RaftGroupException">The group does not run on this node.</exception>
    public async Task<Proposed> ProposeRetryAsync(string group, object command, TimeSpan timeout, int maxRetries = -1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRetries, -1);
        var peer = await RunningAsync(group).ConfigureAwait(false);
        return await ClientOf(group, peer).ProposeAsync(command, timeout, maxRetries, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Adds a node to a group that runs on this node, or makes a voter of a learner. The node itself must run the group
    /// with <see cref="GroupDefinition.Join"/>. Other members stay as they are. A change that another one has overtaken
    /// is made again for the members as they are then. Use <see cref="ChangeMembers"/> to change several at once.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="node">The node as a member: its member id, its address and its priority.</param>
    /// <param name="timeout">When to give up.</param>
    /// <param name="isLearner">Whether the node only gets the log, and has no vote.</param>
    /// <returns>The members afterwards, as the peer of this node knows them.</returns>
    /// <exception cref="RaftClientException">
    /// The change was not made in time; the exception says why the last attempt failed, and whether it may yet be made.
    /// </exception>
    /// <exception cref="RaftGroupException">The group does not run on this node.</exception>
    public Task<GroupMembers> AddNodeToGroupAsync(string group, Member node, TimeSpan timeout, bool isLearner = false)
    {
        ArgumentNullException.ThrowIfNull(node);
        return ChangeAsync(group, timeout, members => (
            [.. Without(members, MemberRole.Voter, node.Id), .. isLearner ? (Member[])[] : [node]],
            [.. Without(members, MemberRole.Learner, node.Id), .. isLearner ? (Member[])[node] : []]));
    }

    /// <summary>
    /// Removes a node from a group that runs on this node. The group's peer on the removed node stops; destroy the
    /// group there (<see cref="DestroyAsync"/>). Otherwise as <see cref="AddNodeToGroupAsync"/>.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="memberId">The member id of the node.</param>
    /// <param name="timeout">When to give up.</param>
    /// <returns>The members afterwards, as the peer of this node knows them.</returns>
    /// <exception cref="RaftClientException">As <see cref="AddNodeToGroupAsync"/>.</exception>
    /// <exception cref="RaftGroupException">The group does not run on this node.</exception>
    public Task<GroupMembers> RemoveNodeFromGroupAsync(string group, string memberId, TimeSpan timeout)
    {
        CheckName(memberId, nameof(memberId));
        return ChangeAsync(group, timeout, members =>
            (Without(members, MemberRole.Voter, memberId), Without(members, MemberRole.Learner, memberId)));
    }

    private async Task<GroupMembers> ChangeAsync(
        string group, TimeSpan timeout, Func<GroupMembers, (Member[] Voters, Member[] Learners)> change)
    {
        using var cancelable = new Cancelable(_system.Scheduler);
        var limit = PauseAsync(timeout, cancelable);
        var peer = await RunningAsync(group).ConfigureAwait(false);
        var isAsked = false;
        try
        {
            while (true)
            {
                var members = await AskAsync<GroupMembers>(peer, GetMembers.Instance, limit).ConfigureAwait(false);
                var (voters, learners) = change(members);
                isAsked = true;
                object answer = await AskAsync<object>(
                    peer, new ChangeMembers(voters, learners) { ExpectedIndex = members.Index }, limit)
                    .ConfigureAwait(false);
                if (answer is Proposed)
                    return await AskAsync<GroupMembers>(peer, GetMembers.Instance, limit).ConfigureAwait(false);
                var failed = (ProposalFailed)answer;
                if (!CanChangeLater(failed))
                    throw new RaftClientException(failed.Reason, failed.Message);
                var paused = PauseAsync(MemberPause, cancelable);
                if (await Task.WhenAny(paused, limit).ConfigureAwait(false) == limit)
                    throw new RaftClientException(failed.Reason, failed.Message);
            }
        }
        catch (TimeoutException e)
        {
            throw new RaftClientException(
                isAsked ? FailureReason.OutcomeUnknown : FailureReason.NoLeader,
                isAsked ? $"{e.Message} The change may yet be made." : $"{e.Message} The change was not begun.");
        }
        finally
        {
            cancelable.Cancel();
        }
    }

    private Task PauseAsync(TimeSpan time, ICancelable cancelable)
    {
        var paused = new TaskCompletionSource(
            ContinueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        if (time != Timeout.InfiniteTimeSpan)
            _system.Scheduler.Advanced.ScheduleOnce(time, paused.SetResult, cancelable);
        return paused.Task;
    }

    // To ask again for members that are there already does nothing, so an unknown outcome can be asked for again.
    private static bool CanChangeLater(ProposalFailed failed) => !failed.IsFinal && failed.Reason is
        FailureReason.NoLeader or FailureReason.NotLeader or FailureReason.Overloaded or FailureReason.OutcomeUnknown
        or FailureReason.ChangeUnderWay or FailureReason.MembersChanged or FailureReason.TransferInProgress;

    private static Member[] Without(GroupMembers members, MemberRole role, string memberId) =>
        [.. members.Members.Where(each => each.Role == role && each.Id != memberId).Select(static each => each.Member)];

    private RaftClient ClientOf(string group, IActorRef peer)
    {
        while (true)
        {
            var known = _clients.GetOrAdd(
                group, _ => new GroupClient(peer, new Lazy<RaftClient>(() => NewClient(group, peer))));
            if (known.Peer.Equals(peer))
                return known.Client.Value;
            // The group was stopped and started again.
            if (_clients.TryRemove(KeyValuePair.Create(group, known)))
                known.Client.Value.Close();
        }
    }

    private RaftClient NewClient(string group, IActorRef peer)
    {
        _clientSettings ??= RaftClientSettings.FromConfig(ConfigFor(group));
        return RaftClient.Start(
            _system,
            _clientSettings with
            {
                Group = group,
                Peer = peer,
                ContinueInline = ContinueInline,
                ClosesIdleSession = true,
            });
    }

    private Akka.Configuration.Config ConfigFor(string group) => Akka.Configuration.ConfigurationFactory
        .ParseString($"group = \"{group}\"").WithFallback(_system.Settings.Config.GetConfig("raft"));

    // What is under way fails. So its session is open only while somebody needs it.
    // A group of that name that was started since keeps its own client.
    private async Task CloseClientAsync(string group, IActorRef? peer)
    {
        if (_clients.TryGetValue(group, out var client) && client.Peer.Equals(peer)
            && _clients.TryRemove(KeyValuePair.Create(group, client)))
            await client.Client.Value.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The client of a group, and the group's actor to which it sends.</summary>
    private sealed record GroupClient(IActorRef Peer, Lazy<RaftClient> Client);
}
