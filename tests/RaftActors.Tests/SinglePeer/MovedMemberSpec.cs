using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// A member at another address proves by its store who it is, and two nodes with one store are found out.
/// </summary>
public sealed class MovedMemberSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_member_that_asks_from_another_address_with_its_own_store_gets_the_log_there_and_is_recorded_by_one_entry()
    {
        StartAsLeader();
        LoseC();

        Ask("host:9");

        AdvanceUntil(() =>
        {
            B.Accept(Status().LastIndex, 2);
            return Moved.TryTake<AppendEntries>(append => append.Entries.Count > 0) is not null;
        });
        Assert.Equal("host:9", Recorded());
        Assert.Equal(4, Status().LastIndex);
    }

    [Fact]
    public void One_with_another_store_is_not_moved()
    {
        StartAsLeader();
        LoseC();
        C.StoreId = "wiped";

        Ask("host:9");
        Advance(60);

        Assert.Equal("host:3", Recorded());
        Assert.Equal(3, Status().LastIndex);
    }

    [Fact]
    public void While_a_member_is_heard_another_node_with_its_store_is_refused_by_name()
    {
        StartAsLeader();
        C.Accept(3, 2);

        Ask("host:9");
        C.Accept(3, 2);
        Ask("host:9");

        var refused = Moved.Expect<ContactRefused>();
        Assert.Equal((RefusalReason.StoreInUse, "host:3"), (refused.Reason, refused.OtherAddress));
        Moved.ExpectNone<IntroduceReply>();
        Assert.Equal("host:3", Recorded());
    }

    [Fact]
    public void A_member_that_has_just_moved_is_not_taken_for_two_nodes()
    {
        StartAsLeader();
        C.Accept(3, 2);
        LoseC();
        var warnings = CreateTestProbe();
        Sys.EventStream.Subscribe(warnings.Ref, typeof(Warning));

        for (int i = 0; i < 3; i++)
        {
            Ask("host:9");
            Advance(10);
        }

        Moved.Expect<IntroduceReply>();
        Assert.False(warnings.HasMessages);
    }

    [Fact]
    public void A_member_that_was_cut_off_and_the_copy_that_took_its_place_are_both_named()
    {
        StartAsLeader();
        C.Accept(3, 2);
        LoseC();
        Ask("host:9");

        EventFilter.Warning(contains: "Two nodes run as c with the same store, at host:9 and at host:3").ExpectOne(() =>
        {
            C.Accept(3, 2);
            Ask("host:9");
            C.Accept(3, 2);
            Ask("host:9");
        });
    }

    [Fact]
    public void Who_is_told_that_another_node_has_its_store_is_not_ready_until_it_follows_a_leader()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);

        B.Say(header => new ContactRefused(header, RefusalReason.StoreInUse) { OtherAddress = "host:7" }, 1);
        Assert.Contains("host:7",
            Assert.Single(Status().Problems, problem => problem.Kind == PeerProblemKind.StoreInUse).Reason);

        B.Append(1, 2, 1, 1);
        Assert.Empty(Status().Problems);
    }

    [Fact]
    public void A_candidate_asks_where_the_log_says_and_where_its_settings_say()
    {
        PutLog(new HardState(1, null, null), 1, 1);
        Settings = Settings with { Members = [new Member("a", "host:1"), new Member("b", "host:9"),
            new Member("c", "host:3")] };
        Start();

        AdvanceUntil(() => B.TryTake<RequestVote>() is not null);

        Moved.Expect<RequestVote>();
    }

    [Fact]
    public void A_voter_tells_a_member_that_moved_where_the_leader_is_and_that_gets_in_touch()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        // c is silent for longer than an election timeout: it is not where it was.
        for (int elapsed = 0; elapsed <= 600; elapsed += 50)
        {
            B.Append(1, 2, 1, 1);
            Advance(50);
        }

        C.Say(header => new RequestVote(header with { Address = "host:9" }, 2, 1, true, false, null), 1);
        Assert.Equal("host:2", Moved.Expect<RequestVoteReply>().LeaderAddress);

        Forget();
        AdvanceUntil(() => Status().Role == RaftRole.PreCandidate);
        C.Say(header => new RequestVoteReply(header with { Address = "host:9" }, false, true,
            2) { LeaderAddress = "host:2" }, 1);
        B.Expect<Introduce>();
    }

    [Fact]
    public void A_leader_that_was_itself_moved_records_its_address()
    {
        PutLog(new HardState(1, null, null), 1, 1);
        Settings = Settings with { Members = [new Member("a", "host:8"), new Member("b", "host:2"),
            new Member("c", "host:3")] };
        Start();
        Elect();
        AdvanceUntil(() =>
        {
            B.Accept(Status().LastIndex, 2);
            return Status().LastIndex == 4;
        });

        Assert.Equal("host:8", Status().Members.Single(member => member.Id == "a").Address);
    }

    [Fact]
    public void An_address_that_leads_every_machine_to_itself_is_not_recorded_beside_others()
    {
        StartAsLeader();
        LoseC();

        Ask("127.0.0.1:9");
        for (int i = 0; i < 20; i++)
        {
            Advance(10);
            B.Accept(3, 2);
        }

        Assert.Equal("host:3", Recorded());
    }

    private string Recorded() => Status().Members.Single(member => member.Id == "c").Address;

    // C is silent for as long as it takes not to count as being there.
    private void LoseC()
    {
        for (int i = 0; i < 70; i++)
        {
            Advance(10);
            B.Accept(3, 2);
        }
        Forget();
    }

    private void Ask(string address) => C.Say(header => new Introduce(header with { Address = address }, 0), 2);
}
