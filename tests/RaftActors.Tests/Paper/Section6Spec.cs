using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>Section 6 of the paper: changes of the cluster's membership by joint consensus.</summary>
public sealed class Section6Spec(ITestOutputHelper output) : PaperSpec(output)
{
    private static readonly Member A = new("a", "host:1"), OfB = new("b", "host:2"), OfC = new("c", "host:3");

    [Fact]
    public void Section_6_a_change_goes_through_a_joint_configuration_to_the_new_one()
    {
        StartAsLeader();

        Peer.Tell(new ChangeMembers([A, OfB], []), TestActor);
        var joint = NextConfiguration();
        Assert.Equal((true, 2, 3), (joint.IsJoint, joint.Voters.Length, joint.Outgoing.Length));
        B.Accept(4, 2);
        var coming = NextConfiguration();

        Assert.Equal((false, 2), (coming.IsJoint, coming.Voters.Length));
    }

    [Fact]
    public void Section_6_agreement_in_a_joint_configuration_takes_separate_majorities_of_both()
    {
        StartAsLeader();
        Peer.Tell(new ChangeMembers([A, OfB], []), TestActor);
        NextConfiguration();

        C.Accept(4, 2); // a and c: two of the former three, one of the coming two.
        Assert.Equal(3, Status().CommitIndex);
        B.Accept(4, 2);

        Assert.Equal(4, Status().CommitIndex);
    }

    [Fact]
    public void Section_6_an_election_in_a_joint_configuration_takes_separate_majorities_of_both()
    {
        var joint =
            new RaftActors.Membership.Configuration(Bound.Voters[..2].ToArray(), outgoing: Bound.Voters.ToArray());
        StartWithConfiguration(joint);
        Campaign(C, B);

        C.Say(static header => new RequestVoteReply(header, true, false, 2), 2);
        Assert.Equal(RaftRole.Candidate, RoleAndTerm.Role);
        B.Say(static header => new RequestVoteReply(header, true, false, 2), 2);

        Assert.Equal(RaftRole.Leader, RoleAndTerm.Role);
    }

    [Fact]
    public void Section_6_a_server_uses_the_latest_configuration_in_its_log_committed_or_not()
    {
        StartWithConfiguration(new RaftActors.Membership.Configuration(Bound.Voters[..2].ToArray()));

        AdvanceUntil(() => B.TryTake<RequestVote>() is not null);

        C.ExpectNone<RequestVote>();
        Assert.Equal(0, Status().CommitIndex);
    }

    [Fact]
    public void Section_6_new_servers_get_the_log_without_a_vote_until_they_have_caught_up()
    {
        StartAsLeader();

        Peer.Tell(new ChangeMembers([A, OfB, OfC, new Member("d", "host:4")], []), TestActor);
        var taught = NextConfiguration();

        Assert.False(taught.IsJoint);
        Assert.Equal(["a", "b", "c"], taught.Voters.ToArray().Select(static voter => voter.Id));
        Assert.Equal(["d"], taught.Learners.ToArray().Select(static voter => voter.Id));
        B.Accept(4, 2);
        Advance(50);
        Assert.Equal(4, Status().LastIndex);
    }

    [Fact]
    public void Section_6_a_leader_that_is_not_in_the_new_configuration_does_not_count_itself_and_steps_down_once_it_is_committed()
    {
        StartAsLeader();
        Peer.Tell(new ChangeMembers([OfB, OfC], []), TestActor);
        Assert.True(NextConfiguration().IsJoint);
        B.Accept(4, 2);
        C.Accept(4, 2);

        // It tries to hand over first. Nobody takes over.
        RaftActors.Membership.Configuration? coming = null;
        AdvanceUntil(() =>
        {
            long last = Status().LastIndex;
            if (last > 4)
                coming = NextConfiguration();
            B.Accept(4, 2);
            C.Accept(4, 2);
            return last > 4;
        });
        Assert.Equal(["b", "c"], coming!.Voters.ToArray().Select(static voter => voter.Id));
        B.Accept(5, 2);
        Assert.Equal((RaftRole.Leader, 4), (Status().Role, Status().CommitIndex));
        Forget();
        C.Accept(5, 2);

        // The others learn that it is committed before the leader goes.
        B.Expect<AppendEntries>(static append => append.LeaderCommit == 5);
        AdvanceUntil(() => Find("peer") is null);
        B.ExpectNone<AppendEntries>();
    }

    [Fact]
    public void Section_6_a_server_that_hears_a_leader_disregards_those_that_ask_for_votes()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Append(B, 1, 1, 1, 0);
        Advance(299);

        Assert.False(AskForVote(C, 9, 9, 1));

        Assert.Equal((RaftRole.Follower, 1), RoleAndTerm);
        Advance(1);
        Assert.True(AskForVote(C, 9, 9, 1));
    }

    /// <summary>A peer whose log ends with a configuration that is not committed.</summary>
    private void StartWithConfiguration(RaftActors.Membership.Configuration configuration)
    {
        LogEntry[] log = [.. Entries(1), new LogEntry(2, 1, EntryKind.Configuration, 0, configuration.ToPayload())];
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(1, null, null), 0, [new EntryBatch(log)]));
        Start();
        Adopt();
    }

    private void Campaign(params FakePeer[] granting)
    {
        AdvanceUntil(() => B.TryTake<RequestVote>(static request => request.PreVote) is not null);
        foreach (var voter in granting)
            voter.Say(static header => new RequestVoteReply(header, true, true, 2), 1);
        B.Expect<RequestVote>(static request => !request.PreVote);
    }

    private RaftActors.Membership.Configuration NextConfiguration() => B
        .Expect<AppendEntries>(static append =>
            append.Entries.Entries.ToArray().Any(static entry => entry.Kind == EntryKind.Configuration))
        .Entries.Entries.ToArray()
            .Last(static entry => entry.Kind == EntryKind.Configuration).Payload.TryReadConfiguration()!;
}
