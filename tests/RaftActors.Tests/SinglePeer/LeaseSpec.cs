using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Whose answers make a leader's lease.</summary>
public sealed class LeaseSpec(ITestOutputHelper output) : PeerSpec(output)
{
    // Behind the last entry that it shares with the leader it may have a configuration of its own, without leases: only
    // one whose log is the leader's keeps the promise.
    [Fact]
    public void A_follower_whose_log_may_end_otherwise_than_the_leaders_does_not_count()
    {
        Settings = Settings with { LeaseReads = true };
        var configuration =
            new LogEntry(1, 1, EntryKind.Configuration, 0, Bound.WithLease(Settings.ElectionTimeoutMin).ToPayload());
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(new HardState(1, null, null), 0, [new EntryBatch([configuration])]));
        Start();
        Adopt();
        Elect();
        B.Expect<AppendEntries>(append => append.Entries.Count > 0);
        B.Accept(2, 2);
        Forget();
        Advance(Settings.HeartbeatInterval.TotalMilliseconds);
        long context = C.Expect<AppendEntries>(append => append.ReadContext > 0).ReadContext;

        C.Accept(1, 2, readContext: context);
        Peer.Tell(new Query(new byte[] { 1 }, ReadConsistency.Lease, CorrelationId: 1), TestActor);
        Assert.False(HasMessages);

        C.Accept(2, 2, readContext: C.Expect<AppendEntries>(append => append.ReadContext > context).ReadContext);
        Assert.Equal(1, ExpectMsg<QueryResult>().CorrelationId);
        Peer.Tell(new Query(new byte[] { 1 }, ReadConsistency.Lease, CorrelationId: 2), TestActor);
        Assert.Equal(2, ExpectMsg<QueryResult>().CorrelationId);
    }
}
