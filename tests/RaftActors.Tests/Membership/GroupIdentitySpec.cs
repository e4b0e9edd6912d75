using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>Which messages are of the peer's own group, and what becomes of the others.</summary>
public sealed class GroupIdentitySpec(ITestOutputHelper output) : PeerPartsSpec(output)
{
    private const string Own = "the group";
    private const string Other = "another group";

    // ---- Whose messages count

    [Fact]
    public void The_identity_is_that_of_the_log_until_it_is_decided()
    {
        Assert.Equal("", Identity.Id);
        Begin(Own);
        Assert.Equal(Own, Identity.Id);
        Assert.False(Identity.IsDecided);

        Decide(Other);

        Assert.Equal(Other, Identity.Id);
        Assert.True(Identity.IsDecided);
    }

    [Fact]
    public void A_peer_that_has_decided_hears_its_own_group_only()
    {
        Decide(Own);

        Assert.True(Identity.Includes(Append(Own)));
        Assert.False(Identity.Includes(Append(Other)));
        Assert.False(Identity.Includes(Append(Other, undecided: true)));
    }

    [Fact]
    public void The_answer_of_a_known_store_that_has_not_decided_counts()
    {
        Decide(Own);

        Assert.True(Identity.Includes(Vote(Other, undecided: true)));
        Assert.False(Identity.Includes(Vote(Other)));
        Assert.False(Identity.Includes(Vote(Other, undecided: true, storeId: "store-x")));
    }

    [Fact]
    public void A_peer_that_has_not_decided_follows_a_leader_that_knows_its_store()
    {
        Begin(Own);
        var append = Append(Other) with { Header = Of(B) with { GroupId = Other, StoreId = "store-x" } };

        Assert.False(Identity.Includes(append));
        Assert.True(Identity.Includes(append with { Header = append.Header with { ToStoreId = "store-a" } }));
    }

    [Fact]
    public void What_would_end_a_peer_does_not_count_from_another_group()
    {
        Begin(Own);
        var header = Of(B) with { GroupId = Other, ToStoreId = "store-a" };

        Assert.False(Identity.Includes(new MemberRemoved(header, 9)));
        Assert.False(Identity.Includes(new StoreReplaced(header)));
        Assert.False(Identity.Includes(new TimeoutNow(header)));
    }

    [Fact]
    public void A_peer_without_an_identity_is_known_by_its_store_or_has_nothing()
    {
        Begin(Own);

        Assert.True(Identity.Includes(Vote("")));
        Assert.False(Identity.Includes(Vote("", storeId: "store-x")));
        Assert.True(Identity.Includes(new Introduce(Of(B) with { StoreId = "store-x", IsEmpty = true }, 1)));
    }

    // ---- When the identity is decided

    [Fact]
    public void What_a_leader_has_decided_counts_before_what_the_log_says()
    {
        var committed = new Configuration([A, B, C]).Beginning(Own, 1);

        Assert.Equal(Own, Identity.Deciding(committed, ""));
        Assert.Equal(Other, Identity.Deciding(committed, Other));
        Assert.Null(Identity.Deciding(new Configuration([A, B, C]), ""));
        Decide(Own);
        Assert.Null(Identity.Deciding(committed, Other));
    }

    // ---- Two foundings

    [Fact]
    public void Entries_after_the_first_of_another_founding_would_continue_its_log()
    {
        Begin(Own);

        Assert.True(Identity.ContinuesAnotherFounding(Append(Other) with { PrevLogIndex = 3, PrevLogTerm = 5 }));
        Assert.False(Identity.ContinuesAnotherFounding(Append(Other)));
        Assert.False(Identity.ContinuesAnotherFounding(Append(Own) with { PrevLogIndex = 3, PrevLogTerm = 5 }));
        Decide(Own);
        Assert.False(Identity.ContinuesAnotherFounding(Append(Other) with { PrevLogIndex = 3, PrevLogTerm = 5 }));
    }

    [Fact]
    public void An_entry_of_another_founding_is_not_taken_for_the_one_at_its_place()
    {
        Begin(Own);
        LogEntry Founding(string groupId) => new(3, 5, EntryKind.Configuration, 0,
            new Configuration([A, B, C]).Beginning(groupId, 3).ToPayload());
        AppendEntries At2(string groupId, LogEntry entry) =>
            new(Of(B) with { GroupId = groupId }, 2, 5, 0, 0, new EntryBatch([entry]));

        Assert.True(Identity.IsMixedUp(At2(Other, Founding(Other))));
        Assert.False(Identity.IsMixedUp(At2(Own, Founding(Own))));
        Assert.False(Identity.IsMixedUp(At2(Other, Founding(Other) with { Term = 6 })));
    }

    // ---- Other groups

    [Fact]
    public void A_peer_is_told_that_it_is_refused_once_a_second()
    {
        Identity.Refuse(Of(B), RefusalReason.AnotherGroup);
        Identity.Refuse(Of(B), RefusalReason.AnotherGroup);
        Identity.Refuse(Of(C), RefusalReason.AnotherGroup);
        Assert.Equal(["host:2", "host:3"], Peer.Sent.Select(static sent => sent.Address));

        Peer.Now = TimeSpan.FromSeconds(1);
        Identity.Refuse(Of(B), RefusalReason.AnotherGroup);

        Assert.Equal(3, Peer.Sent.Count);
    }

    [Fact]
    public void A_foreigner_at_the_place_of_a_member_is_a_problem_while_there_is_no_leader()
    {
        Peer.Leader = C.Member;
        Identity.OnForeign(Of(B) with { GroupId = Other });
        Assert.Empty(Problems.All);

        Peer.Leader = null;
        Identity.OnForeign(Of(B) with { Address = "host:9", MemberId = "x", GroupId = Other });
        Assert.Empty(Problems.All);
        Identity.OnForeign(Of(B) with { GroupId = Other });

        Assert.Contains(Other, Problems.ReasonOf(PeerProblemKind.OtherGroup));
        Assert.Equal(["b", "x"], Identity.RecentForeigners().Select(static other => other.MemberId).Order());
    }

    [Fact]
    public void A_foreigner_is_forgotten_after_a_minute()
    {
        Identity.OnForeign(Of(B) with { GroupId = Other });

        Peer.Now = TimeSpan.FromSeconds(61);

        Assert.Empty(Identity.RecentForeigners());
    }

    [Fact]
    public void A_refusal_that_is_meant_for_another_store_says_nothing()
    {
        Identity.OnRefused(Refusal("store-before", RefusalReason.AnotherGroup));
        Assert.Empty(Identity.RecentForeigners());

        Identity.OnRefused(Refusal("store-a", RefusalReason.AnotherGroup));

        Assert.Equal("b", Assert.Single(Identity.RecentForeigners()).MemberId);
    }

    [Fact]
    public void A_peer_that_hears_that_another_node_runs_with_its_store_says_so()
    {
        Identity.OnRefused(Refusal("store-a", RefusalReason.StoreInUse) with { OtherAddress = "host:9" });

        Assert.Contains("host:9", Problems.ReasonOf(PeerProblemKind.StoreInUse));
    }

    private void Begin(string groupId) =>
        Peer.AppendConfiguration(Peer.Configurations.Latest.Beginning(groupId, Peer.Log.LastIndex + 1));

    private void Decide(string groupId) => Peer.HardState = Peer.HardState with { GroupId = groupId };

    private static AppendEntries Append(string groupId, bool undecided = false) =>
        new(Of(B) with { GroupId = groupId, GroupIsUndecided = undecided }, 0, 0, 0, 0, EntryBatch.Empty);

    private static RequestVoteReply Vote(string groupId, bool undecided = false, string storeId = "store-b") =>
        new(Of(B) with { GroupId = groupId, GroupIsUndecided = undecided, StoreId = storeId }, true, false, 5);

    private static ContactRefused Refusal(string toStoreId, RefusalReason reason) =>
        new(Of(B) with { GroupId = Other, ToStoreId = toStoreId }, reason);
}
