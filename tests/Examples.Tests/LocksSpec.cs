using LockService;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.TestKit;
using Xunit;

namespace Examples.Tests;

public sealed class LocksSpec
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Locks _locks = new();
    private long _index;

    [Fact]
    public void One_at_a_time_has_a_lock_and_each_later_holder_has_a_higher_token()
    {
        var anna = Acquire("anna", at: 0);
        Assert.Equal(anna, Acquire("ben", at: 1));
        Assert.Equal(LockHolder.None, Do(LockVerb.Release, "anna", anna.Token, at: 2));
        var ben = Acquire("ben", at: 2);
        Assert.True(ben.Owner == "ben" && ben.Token > anna.Token);
        Assert.Equal(ben, Do(LockVerb.Release, "anna", anna.Token, at: 3));
    }

    [Fact]
    public void A_lease_ends_at_its_log_time_unless_it_is_renewed()
    {
        var anna = Acquire("anna", at: 0);
        Assert.Equal(19_000, Do(LockVerb.Renew, "anna", anna.Token, at: 9_000).ExpiresAt);
        Assert.Equal(anna.Token, Acquire("ben", at: 18_999).Token);
        var ben = Acquire("ben", at: 19_000);
        Assert.Equal("ben", ben.Owner);
        Assert.NotEqual(anna.Token, Do(LockVerb.Renew, "anna", anna.Token, at: 19_001).Token);
        Assert.Equal(LockHolder.None, Do(LockVerb.Renew, "ben", ben.Token, at: 29_000));
    }

    [Fact]
    public void A_snapshot_restores_who_has_which_lock_until_when()
    {
        var anna = Acquire("anna", at: 0);
        var snapshot = _locks.TakeSnapshot();
        Do(LockVerb.Release, "anna", anna.Token, at: 1);
        var restored = new Locks();
        restored.Restore(new MemoryStream([.. snapshot.SelectMany(part => part.ToArray())]));

        Assert.Equal(anna, LockHolder.Read(restored.Query("lock"u8.ToArray())));
        Assert.Equal(LockHolder.None, LockHolder.Read(_locks.Query("lock"u8.ToArray())));
    }

    [Fact]
    public void A_command_of_a_later_version_stops_this_one_rather_than_being_ignored() =>
        Assert.Throws<NotSupportedException>(() =>
            _locks.Apply(new LogEntry(1, 1, EntryKind.Command, 0, Payload.Empty), new byte[] { 200 }));

    [Fact]
    public void A_holder_that_is_cut_off_loses_its_lock_to_another_and_can_do_no_harm_with_it()
    {
        using var cluster = RaftCluster.Start(new RaftClusterSettings { Peers = 3, StateMachine = () => new Locks() });
        var store = new FencedStore<string>();
        var (annas, bens) = (cluster.StartClient(), cluster.StartClient());
        var (anna, ben) = (Client(annas, "anna"), Client(bens, "ben"));
        long first = cluster.Await(anna.TryAcquireAsync("lock", Lease))!.Value;
        Assert.Null(cluster.Await(ben.TryAcquireAsync("lock", Lease)));

        // The leader crashes and the holder is cut off; the lease goes on by the log's time, whoever leads.
        annas.Unreachable.UnionWith(cluster.Peers);
        var leader = cluster.CheckSingleLeader();
        cluster.Crash(leader);
        cluster.Run(Lease / 2);
        Assert.Null(cluster.Await(ben.TryAcquireAsync("lock", Lease)));
        cluster.Run(Lease / 2);
        long second = cluster.Await(ben.TryAcquireAsync("lock", Lease))!.Value;
        cluster.Restart(leader);

        Assert.True(second > first);
        Assert.True(store.TryWrite(second, "ben"));
        Assert.False(store.TryWrite(first, "anna"));
        Assert.Equal("ben", store.Value);

        annas.Unreachable.Clear();
        Assert.False(cluster.Await(anna.RenewAsync("lock", first, Lease)));
        var released = anna.ReleaseAsync("lock", first);
        cluster.Await(() => released.IsCompletedSuccessfully, "the lock that was lost is given back");
        Assert.Equal(("ben", second),
            cluster.Await(anna.HolderAsync("lock")) is var holder ? (holder.Owner, holder.Token) : default);
    }

    [Fact]
    public Task The_program_runs() => LockService.Program.Main();

    private static LockClient Client(ClientProcess process, string owner) =>
        new(RaftClient.Start(process.System, process.ClientSettings), owner);

    private LockHolder Acquire(string owner, long at) => Do(LockVerb.Acquire, owner, 0, at);

    private LockHolder Do(LockVerb verb, string owner, long token, long at)
    {
        byte[] command = new LockCommand(verb, "lock", owner, token, (long)Lease.TotalMilliseconds).ToBytes();
        return LockHolder.Read(_locks.Apply(new LogEntry(++_index, 1, EntryKind.Command, at,
            new Payload(command, 0, "")), command));
    }
}
