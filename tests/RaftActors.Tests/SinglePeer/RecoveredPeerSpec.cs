using Akka.Actor;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.StateMachines;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// A peer that an operator has made the only member of its group, and former members that come back all the same.
/// </summary>
public sealed class RecoveredPeerSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private const string Own = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task It_leads_alone_and_what_it_had_is_committed()
    {
        var recovery = await RecoverAsync();

        var status = Status();
        Assert.Equal(recovery.StoreId, status.StoreId);
        Assert.True(status.Term > recovery.Term);
        Assert.True(recovery.Term > 1000);
        Assert.NotEqual(StoreId, recovery.StoreId);
        Assert.Equal((4, 5, 5), (recovery.Index, status.LastIndex, status.CommitIndex));
        Assert.Equal([2L, 3L], Machine.Applied.Select(entry => entry.Index));
        Assert.Equal([new Member("a", "host:1")], status.Members);
        Restart();
        Assert.Equal((recovery.StoreId, recovery.GroupId), (Status().StoreId, Status().GroupId));
    }

    [Fact]
    public async Task A_former_leader_is_refused_by_name_and_its_entries_are_not_taken_over()
    {
        var recovery = await RecoverAsync();

        B.Append(4, 3, 2, 5, Command(4, 4), Command(5, 4));

        Assert.Equal(recovery.GroupId, B.Expect<ContactRefused>().Header.GroupId);
        Assert.Equal((RaftRole.Leader, 5L), (Status().Role, Status().LastIndex));
        // What it then says to a store that is no more is not for this one.
        B.Say(header => new StoreReplaced(header), recovery.Term + 10);
        Assert.Equal(RaftRole.Leader, Status().Role);
    }

    [Fact]
    public async Task A_former_member_that_asks_for_votes_is_refused_by_name()
    {
        var recovery = await RecoverAsync();

        C.Say(header => new RequestVote(header, 9, 5, true, false, null), 5);

        Assert.Equal(recovery.GroupId, C.Expect<ContactRefused>().Header.GroupId);
        C.ExpectNone<RequestVoteReply>();
    }

    [Fact]
    public async Task A_session_of_before_is_unknown_afterwards()
    {
        var opening =
            new LogEntry(3, 2, EntryKind.Session, 0, new SessionChange(Settings.SessionLimits, false).ToPayload());
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(3, "b", "store-b"), 0, [new EntryBatch([.. Entries(1, 2), opening])]));
        await RecoverAsync();

        Peer.Tell(new Propose(new byte[] { 1 }) { Session = new SessionStamp(SessionTable.IdOf(opening), 1, 1) },
            TestActor);

        Assert.Equal(FailureReason.SessionExpired, ExpectMsg<ProposalFailed>().Reason);
    }

    [Fact]
    public async Task A_subscriber_that_has_seen_what_was_given_up_is_told()
    {
        var recovery = await RecoverAsync(Own);

        Subscribe(4, Own);
        var first = ExpectMsg<CommittedEntries>();
        Assert.Equal((4L, recovery.GroupId), (first.Entries[0].Index, first.History));

        Subscribe(5, Own);
        Assert.Equal(new HistoryChanged(recovery.GroupId, recovery.Index), ExpectMsg<HistoryChanged>());
        Subscribe(2, "another");
        Assert.Equal(new HistoryChanged(recovery.GroupId, 1), ExpectMsg<HistoryChanged>());
        Subscribe(5, recovery.GroupId);
        Assert.Equal(5, ExpectMsg<CommittedEntries>().Entries[0].Index);
    }

    private void Subscribe(long fromIndex, string history)
    {
        Peer.Tell(new Unsubscribe(TestActor), TestActor);
        Peer.Tell(new Subscribe(fromIndex, TestActor) { History = history }, TestActor);
    }

    [Fact]
    public void What_cannot_be_recovered_is_refused()
    {
        void Refused(string why, StoreReport report, string? address = null) =>
            Assert.Contains(why, Assert.Throws<BackupException>(() => StoreRecovery.Create(report, address)).Message);

        Refused("damaged: oh", Report() with { Problems = ["oh"] });
        Refused("no log", Report() with { LastIndex = 0 });
        Refused("the only member already", Report() with { Voters = [new Member("a", "host:1")] });
        Refused("give one", Report() with { Voters = [new Member("b", "host:2")] });
        Refused("host:port", Report(), "nowhere");
        Assert.Equal(new Member("a", "host:9"),
            StoreRecovery.Create(Report() with { Voters = [new Member("a", "host:1")] }, "host:9").Self);
    }

    private async Task<StoreRecovery> RecoverAsync(string? groupId = null)
    {
        if (Disk.Events(PersistenceId).Count == 0)
            PutLog(new HardState(3, "b", "store-b"), 1, 2, 2);
        var recovery =
            StoreRecovery.Create(Report() with { Histories = groupId is null ? [] : [new History(groupId, 1)] });
        await recovery.WriteAsync(Sys);
        Start();
        AdvanceUntil(() => Status() is { Role: RaftRole.Leader, AppliedIndex: 5 });
        Adopt();
        Forget();
        return recovery;
    }

    private StoreReport Report() => new()
    {
        Group = Group,
        MemberId = "a",
        StoreId = StoreId,
        Term = 3,
        LastEvent = 2,
        LastIndex = 3,
        LastTerm = 2,
        ConfigurationIndex = 1,
        Voters = [new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")],
    };
}
