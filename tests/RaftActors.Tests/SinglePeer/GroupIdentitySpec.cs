using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// The identity of the group: what comes from another group is refused before anything else is looked at, by name.
/// </summary>
public sealed class GroupIdentitySpec(ITestOutputHelper output) : PeerSpec(output)
{
    private const string Own = "0123456789abcdef0123456789abcdef", Other = "fedcba9876543210fedcba9876543210";

    [Fact]
    public void A_vote_is_refused_to_a_candidate_of_another_group_and_both_are_named()
    {
        StartIn(Own);
        B.GroupId = Other;

        B.Say(header => new RequestVote(header, 9, 9, false, true, null), 9);

        var refused = B.Expect<ContactRefused>();
        Assert.Equal((Own, "a", "store-b"),
            (refused.Header.GroupId, refused.Header.MemberId, refused.Header.ToStoreId));
        B.ExpectNone<RequestVoteReply>();
        Assert.Equal(1, Status().Term);
        Assert.Equal([new ForeignPeer("b", "host:2", Other)], Status().ForeignPeers);
        Assert.Contains(Other,
            Assert.Single(Status().Problems, problem => problem.Kind == PeerProblemKind.OtherGroup).Reason);
    }

    [Fact]
    public void Entries_of_another_group_are_refused_although_they_go_on_from_an_index_and_term_that_the_log_has()
    {
        StartIn(Own);
        B.GroupId = Other;

        B.Append(1, 2, 1, 3, Command(3, 1));

        B.Expect<ContactRefused>();
        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal((2, 0), Status() is var status ? (status.LastIndex, status.CommitIndex) : default);
    }

    [Fact]
    public void A_peer_of_another_group_under_the_peers_own_name_is_named_as_that()
    {
        StartIn(Own);

        B.Say(header => new AppendEntries(header with { MemberId = "a", GroupId = Other }, 2, 1, 0, 0,
            EntryBatch.Empty), 1);

        B.Expect<ContactRefused>();
        Assert.Equal([new ForeignPeer("a", "host:2", Other)], Status().ForeignPeers);
    }

    [Fact]
    public void A_refusal_is_never_refused_and_refusals_to_an_address_are_few()
    {
        StartIn(Own);
        B.GroupId = Other;

        B.Say(header => new ContactRefused(header, RefusalReason.AnotherGroup), 1);
        B.ExpectNone<ContactRefused>();
        Assert.Equal([new ForeignPeer("b", "host:2", Other)], Status().ForeignPeers);

        for (int i = 0; i < 100; i++)
            B.Say(header => new AppendEntries(header, 2, 1, 0, 0, EntryBatch.Empty), 1);
        int refusals = 0;
        while (B.TryTake<ContactRefused>() is not null)
            refusals++;
        Assert.Equal(1, refusals);
    }

    [Fact]
    public void What_was_refused_is_no_problem_any_more_once_the_group_has_a_leader()
    {
        StartIn(Own);
        B.GroupId = Other;
        B.Say(header => new RequestVote(header, 9, 9, false, true, null), 9);
        B.Expect<ContactRefused>();

        C.GroupId = Own;
        C.Append(1, 2, 1, 1);

        Assert.DoesNotContain(Status().Problems, problem => problem.Kind == PeerProblemKind.OtherGroup);
        Assert.Equal("c", Status().Leader?.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_without_identity_follows_only_those_who_know_its_store_or_whose_store_it_knows(bool known)
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        var leader = B.Header(1) with { MemberId = known ? "b" : "x", GroupId = Own, ToStoreId = "" };

        Peer.Tell(new AppendEntries(leader, 2, 1, 1, 0, new EntryBatch([Command(3, 1)])), ActorRefs.NoSender);

        if (known)
            Assert.True(B.Expect<AppendEntriesReply>().Success);
        else
            Assert.Equal("", B.Expect<ContactRefused>().Header.GroupId);
        Assert.Equal(known ? 3 : 2, Status().LastIndex);
    }

    [Fact]
    public void A_log_without_identity_follows_a_leader_it_does_not_know_that_has_bound_its_store()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);

        B.Say(header => new AppendEntries(header with { MemberId = "x", GroupId = Own }, 2, 1, 1, 0,
            new EntryBatch([Command(3, 1)])), 1);

        Assert.True(B.Expect<AppendEntriesReply>().Success);
    }

    // A group of a former version, behind the entry that brings the identity: votes must not fail for that.
    [Fact]
    public void A_log_without_identity_votes_for_a_member_that_has_one_already()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        B.GroupId = Own;

        Assert.True(AskForVote(B, 2, 3, 1, transfer: true));
    }

    [Fact]
    public void A_log_with_identity_takes_replies_of_members_that_do_not_have_it_yet()
    {
        StartIn(Own);
        Elect();
        B.Accept(3, 2);

        Assert.Equal(3, Status().CommitIndex);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(PeerHeader.CurrentVersion, true)]
    public void A_group_without_identity_gets_one_once_all_members_speak_of_it(int versionOfC, bool given)
    {
        B.Version = PeerHeader.CurrentVersion;
        C.Version = versionOfC;
        StartAsLeader();

        for (int i = 0; i < 20; i++)
        {
            Advance(10);
            B.Accept(3, 2);
            C.Accept(3, 2);
        }

        Assert.Equal(given ? 32 : 0, Status().GroupId.Length);
        if (given)
        {
            var configuration = B.Expect<AppendEntries>(append =>
                append.Entries.Count > 0).Entries.Entries[0].Payload.TryReadConfiguration()!;
            Assert.Equal([new History(Status().GroupId, 1)], configuration.Histories);
        }
    }

    // One of a version without identities may lead in between: what it writes has none.
    [Fact]
    public void A_configuration_without_identity_has_that_of_the_one_before()
    {
        StartIn(Own);

        B.Append(1, 2, 1, 3,
            new LogEntry(3, 1, EntryKind.Configuration, 0, Bound.WithLease(TimeSpan.FromSeconds(1)).ToPayload()));

        Assert.Equal(Own, Status().GroupId);
    }

    [Fact]
    public void An_identity_that_was_committed_is_durable_before_its_entry_is_known_to_be()
    {
        StartIn(Own, decided: false);
        B.GroupId = Own;
        B.Append(1, 2, 1, 1);
        Assert.False(B.Expect<AppendEntriesReply>().Header.GroupIsUndecided);
        Restart();
        C.GroupId = Other;

        // At the same index, as a founder of another group would have it, and sent to this very store.
        C.Append(2, 0, 0, 1, new LogEntry(1, 2, EntryKind.Configuration, 0, Bound.Beginning(Other, 1).ToPayload()));

        C.Expect<ContactRefused>();
        Assert.Equal(Own, Status().GroupId);
    }

    // Two of the same group found it one after the other, and the first one's entry was not committed.
    [Fact]
    public void An_identity_that_is_not_committed_makes_way_for_that_of_another_founder()
    {
        StartIn(Own, decided: false);
        C.GroupId = Other;
        C.Append(2, 1, 2, 0);
        var reply = C.Expect<AppendEntriesReply>();
        Assert.Equal((false, 1L), (reply.Success, reply.Conflict.Index));

        C.Append(2, 0, 0, 1, new LogEntry(1, 2, EntryKind.Configuration, 0, Bound.Beginning(Other, 1).ToPayload()));

        Assert.True(C.Expect<AppendEntriesReply>(each => each.MatchIndex == 1).Success);
        Assert.Equal((Other, 1), (Status().GroupId, Status().LastIndex));
    }

    [Fact]
    public void An_identity_that_is_not_committed_makes_no_way_for_an_entry_of_the_same_term()
    {
        StartIn(Own, decided: false);
        C.GroupId = Other;

        C.Append(1, 0, 0, 1, new LogEntry(1, 1, EntryKind.Configuration, 0, Bound.Beginning(Other, 1).ToPayload()));

        C.Expect<ContactRefused>();
        Assert.Equal((Own, 2), (Status().GroupId, Status().LastIndex));
    }

    [Theory]
    [InlineData(Other, false)]
    [InlineData("", false)]
    [InlineData("", true)]
    public void A_leader_sends_nothing_to_a_store_of_another_group_and_does_not_bind_it(string groupId, bool isEmpty)
    {
        StartIn(Own);
        B.GroupId = C.GroupId = Own;
        Elect();
        B.Accept(3, 2);
        C.Accept(3, 2);
        Forget();
        Peer.Tell(new ChangeMembers([new Member("a", "host:1"), new Member("b", "host:2")],
            [new Member("c", "host:3")]), TestActor);
        AdvanceUntil(() =>
        {
            B.Accept(Status().LastIndex, 2);
            C.Accept(Status().LastIndex, 2);
            return HasMessages;
        });
        ExpectMsg<Proposed>();
        Peer.Tell(new ChangeMembers([new Member("a", "host:1"), new Member("b", "host:2")], []), TestActor);
        AdvanceUntil(() =>
        {
            B.Accept(Status().LastIndex, 2);
            return HasMessages;
        });
        ExpectMsg<Proposed>();
        Forget();

        Peer.Tell(new ChangeMembers([new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")],
            []), TestActor);
        Advance(60);
        B.Accept(Status().LastIndex, 2);
        C.ExpectNone<AppendEntries>(append => append.Entries.Count > 0);
        (C.StoreId, C.GroupId, C.IsEmpty) = ("left-over", groupId, isEmpty);
        long last = Status().LastIndex;
        C.Say(header => new AppendEntriesReply(header, false, 0, 0, last, new LogConflict(0, 1), 0), 2);

        if (isEmpty)
        {
            Assert.True(B.Expect<AppendEntries>(append => append.Entries.Count > 0
                && append.PrevLogIndex == last).Entries.Entries[0].Payload.TryReadConfiguration()!.Find("c")!.IsBound);
            return;
        }
        C.Expect<ContactRefused>();
        var failed = ExpectMsg<ProposalFailed>();
        Assert.Equal(FailureReason.ForeignGroup, failed.Reason);
        Assert.Contains("c at host:3 belongs to another group", failed.Message);
        Assert.Equal(last, Status().LastIndex);
    }

    // A group that was recovered has its former identity in the entries from before.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_member_of_a_recovered_group_is_of_that_group_before_it_has_the_entry_that_says_so(bool restarts)
    {
        Start();
        Adopt();
        UseStoreId(Status().StoreId);
        B.GroupId = Own;
        var former = Bound.Beginning(Other, 1);
        B.Append(5, 0, 0, 2, new LogEntry(1, 1, EntryKind.Configuration, 0, former.ToPayload()), Command(2, 1));
        Assert.Equal(Own, B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 2).Header.GroupId);
        if (restarts)
            Restart();

        B.Append(5, 2, 1, 3, new LogEntry(3, 5, EntryKind.Configuration, 0, former.Beginning(Own, 3).ToPayload()));

        Assert.Equal(3, B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 3).MatchIndex);
        Assert.Equal((Own, 3), (Status().GroupId, Status().CommitIndex));
    }

    // Of what it was told to be committed it remembers nothing but the group, and that only once it was written.
    [Fact]
    public void A_member_that_has_not_decided_takes_the_entries_of_before_the_recovery_from_the_recovered_group()
    {
        StartIn(Other, decided: false);
        B.GroupId = Own;
        var former = Bound.Beginning(Other, 1);

        B.Append(5, 2, 1, 3, new LogEntry(3, 5, EntryKind.Configuration, 0, former.Beginning(Own, 3).ToPayload()));
        Assert.Equal((false, 1L),
            B.Expect<AppendEntriesReply>() is var refused ? (refused.Success, refused.Conflict.Index) : default);
        B.Append(5, 0, 0, 3, new LogEntry(1, 1, EntryKind.Configuration, 0, former.ToPayload()), Command(2, 1));
        Assert.Equal(Own, B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 2).Header.GroupId);

        B.Append(5, 2, 1, 3, new LogEntry(3, 5, EntryKind.Configuration, 0, former.Beginning(Own, 3).ToPayload()));
        B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 3);
    }

    // A log of two entries in term 1, whose group has an identity from the first entry on, known to be committed or
    // not.
    private void StartIn(string groupId, bool decided = true)
    {
        var configuration = new LogEntry(1, 1, EntryKind.Configuration, 0, Bound.Beginning(groupId, 1).ToPayload());
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(1, null, null) { GroupId = decided ? groupId : "" }, 0,
            [new EntryBatch([configuration, Command(2, 1)])]));
        Start();
        Adopt();
    }
}
