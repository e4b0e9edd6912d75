using RaftActors.Client;
using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>Key-value service: what its clients see while nothing fails, and in a partition.</summary>
public sealed class OperationsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void Put_get_delete_and_compare_and_set_at_any_peer(JournalKind journal)
    {
        using var cluster = StartKeyValue(journal, 3);
        var (a, b, c) = (cluster.Peers[0], cluster.Peers[1], cluster.Peers[2]);

        Assert.Null(Get(cluster, a, "k"));
        Assert.False(Do(cluster, b, KeyValueInput.Delete("k")));
        Do(cluster, c, KeyValueInput.Put("k", "1"));
        Assert.Equal("1", Get(cluster, a, "k"));
        Assert.False(Do(cluster, b, KeyValueInput.Create("k", "2")));
        Assert.False(Do(cluster, c, KeyValueInput.CompareAndSet("k", "2", "3")));
        Assert.Equal("1", Get(cluster, b, "k"));
        Assert.True(Do(cluster, a, KeyValueInput.CompareAndSet("k", "1", "3")));
        Assert.Equal("3", Get(cluster, c, "k"));
        Assert.True(Do(cluster, b, KeyValueInput.Delete("k")));
        Assert.Null(Get(cluster, c, "k"));
        Assert.True(Do(cluster, a, KeyValueInput.Create("k", "4")));
        Assert.Equal("4", Get(cluster, b, "k"));
    }

    [Theory]
    [EachJournal(3, 1)]
    [EachJournal(3, 8)]
    [EachJournal(5, 8)]
    public void One_client_and_many_clients_are_linearizable(JournalKind journal, int peers, int clients)
    {
        using var cluster = StartKeyValue(journal, peers);
        long ticks = 0;
        var recorder = new KeyValueRecorder(() => ++ticks);
        var all = Enumerable.Range(0, clients)
            .Select(i => new KeyValueClient(cluster, recorder, i, keys: 2, withSession: false, forward: true)).ToList();

        cluster.Await(() => GoOn(all, client => client.Answered < 30), "every client is answered thirty times",
            Seconds(60));
        cluster.Await(() => GoOn(all, _ => false), "what is under way is answered");

        Assert.All(all, client => Assert.True(client.Answered >= 30));
        var result = LinearizabilityChecker.Check(KeyValueModel.Instance, recorder.History());
        Assert.True(result.IsLinearizable, result.ToString());
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void One_partition_no_progress_on_the_minority_side_and_completion_when_healed(JournalKind journal, int seed)
    {
        using var cluster = StartKeyValue(journal, 5, seed);
        Do(cluster, cluster.Peers[0], KeyValueInput.Put("k", "before"));
        var former = cluster.CheckSingleLeader();
        List<RaftPeer> minority = [former, After(cluster, former)];
        var majority = cluster.Peers.Except(minority).ToList();
        cluster.Partition(minority, majority);

        var put = cluster.Propose(former, KeyValueMachine.Command(KeyValueInput.Put("k", "minority")));
        var get = cluster.Query(minority[1], "k");
        cluster.Run(Milliseconds(100));
        Assert.False(put.IsDone);
        cluster.Await(() => majority.Exists(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader),
            "the majority has a leader");
        Do(cluster, majority[0], KeyValueInput.Put("k", "majority"));
        Assert.Equal("majority", Get(cluster, majority[1], "k"));
        Assert.Null(put.Proposed);
        Assert.Null(get.Result);
        cluster.HealAll();

        Assert.Equal("majority", Get(cluster, minority[0], "k"));
        Assert.Equal("majority", Get(cluster, minority[1], "k"));
        Do(cluster, minority[0], KeyValueInput.Put("k", "after"));
        cluster.CheckNothingLost();
        Assert.Equal("after", Get(cluster, majority[2], "k"));
        Assert.Null(put.Proposed);
    }

    private RaftCluster StartKeyValue(JournalKind journal, int peers, int seed = 1)
    {
        var cluster =
            StartWith(journal, peers, seed, settings => settings with { StateMachine = () => new KeyValueMachine() });
        cluster.CheckSingleLeader();
        return cluster;
    }

    private static bool GoOn(List<KeyValueClient> clients, Predicate<KeyValueClient> mayStart)
    {
        foreach (var client in clients)
            client.GoOn(mayStart(client));
        return clients.TrueForAll(client => !client.IsBusy && !mayStart(client));
    }

    private static bool Do(RaftCluster cluster, RaftPeer peer, KeyValueInput input)
    {
        var proposal = cluster.Await(cluster.Propose(peer, KeyValueMachine.Command(input)));
        Assert.True(proposal.Proposed is not null, $"{input} failed: {proposal.Failed?.Message}");
        return KeyValueMachine.Output(input, proposal.Proposed.Response) is var answer
            && (input.Kind == KeyValueKind.Put ? answer.Existed == true : answer.Done);
    }

    private static string? Get(RaftCluster cluster, RaftPeer peer, string key)
    {
        var query = cluster.Await(cluster.Query(peer, key));
        Assert.True(query.Result is not null, $"get {key} failed: {query.Failed?.Message}");
        return KeyValueMachine.Output(KeyValueInput.Get(key), query.Result.Result).Value;
    }
}
