using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Changes of members, as one peer sees them.</summary>
public sealed class MembershipPeerSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private static readonly Member[] WithoutC = [new Member("a", "host:1"), new Member("b", "host:2")];

    [Fact]
    public void A_change_whose_entry_gave_way_to_another_leaders_is_an_unknown_outcome_and_in_the_way_of_no_other()
    {
        StartAsLeader();
        Peer.Tell(new ChangeMembers(WithoutC, []), TestActor);
        B.Expect<AppendEntries>(append => append.Entries.Count > 0);

        C.Append(3, 3, 2, 3, Command(4, 3));
        Assert.Equal(FailureReason.OutcomeUnknown, ExpectMsg<ProposalFailed>().Reason);
        Forget();
        Elect();
        B.Accept(5, 4);
        Forget();

        Peer.Tell(new ChangeMembers(WithoutC, []), TestActor);
        Assert.Equal(5, B.Expect<AppendEntries>(append => append.Entries.Count > 0).PrevLogIndex);
    }

    // There may be one that was removed, and has been told nothing of it.
    [Fact]
    public void A_member_gets_the_store_that_shows_up_at_its_address()
    {
        StartAsLeader();
        Peer.Tell(new ChangeMembers([new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")],
            [new Member("d", "host:4")]), TestActor);
        AwaitNewConfiguration();
        Forget();

        Ask("d", "host:9", "store-of-the-former");
        B.ExpectNone<AppendEntries>(append => append.Entries.Count > 0);
        Ask("d", "host:4", "store-d");

        var entries = B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries;
        Assert.Equal("store-d", entries.Entries[0].Payload.TryReadConfiguration()!.Find("d")!.StoreId);
    }

    [Fact]
    public void No_store_is_bound_before_an_entry_of_the_own_term_is_committed()
    {
        var unbound = new RaftActors.Membership.Configuration([new Server("a", "host:1", StoreId),
            new Server("b", "host:2", "store-b"), new Server("c", "host:3", "")]);
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(1, null, null), 0,
            [new EntryBatch([new LogEntry(1, 1, EntryKind.Configuration, 0, unbound.ToPayload())])]));
        Start();
        Adopt();
        B.Append(1, 1, 1, 1);
        Elect();
        Forget();

        Ask("c", "host:3", "store-c");
        Assert.Equal((2, 1), Status() is var before ? (before.LastIndex, before.CommitIndex) : default);
        B.Accept(2, 2);
        Ask("c", "host:3", "store-c");

        Assert.Equal((3, 2), Status() is var after ? (after.LastIndex, after.CommitIndex) : default);
    }

    private void Ask(string member, string address, string store) =>
        Peer.Tell(new Introduce(new PeerHeader(address, Group, member, store, 0), 1), ActorRefs.NoSender);

    private void AwaitNewConfiguration()
    {
        AdvanceUntil(() =>
        {
            B.Accept(Status().LastIndex, 2);
            return HasMessages;
        });
        ExpectMsg<Proposed>();
    }
}
