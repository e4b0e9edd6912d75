using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A peer that an operator has made the only member of its group, and former members that come back all the same.</summary>
public sealed class RecoveredPeerSpec(ITestOutputHelper output) : PeerSpec(output)
{
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
    public void What_cannot_be_recovered_is_refused()
    {
        void Refused(string why, StoreReport report, string? address = null) => Assert.Contains(why, Assert.Throws<BackupException>(() => StoreRecovery.Create(report, address)).Message);

        Refused("damaged: oh", Report() with { Problems = ["oh"] });
        Refused("no log", Report() with { LastIndex = 0 });
        Refused("the only member already", Report() with { Voters = [new Member("a", "host:1")] });
        Refused("give one", Report() with { Voters = [new Member("b", "host:2")] });
        Refused("host:port", Report(), "nowhere");
        Assert.Equal(new Member("a", "host:9"), StoreRecovery.Create(Report() with { Voters = [new Member("a", "host:1")] }, "host:9").Self);
    }

    private async Task<StoreRecovery> RecoverAsync()
    {
        PutLog(new HardState(3, "b", "store-b"), 1, 2, 2);
        var recovery = StoreRecovery.Create(Report());
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
