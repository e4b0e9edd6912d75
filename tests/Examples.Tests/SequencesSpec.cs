using RaftActors.Client;
using RaftActors.Log;
using RaftActors.TestKit;
using SequenceGenerator;
using Xunit;

namespace Examples.Tests;

public sealed class SequencesSpec
{
    private long _index;

    #region test-a-state-machine
    [Fact]
    public void Sequences_count_on_their_own_and_a_snapshot_restores_them()
    {
        var sequences = new Sequences();
        long[] taken =
            [Take(sequences, "a", 1), Take(sequences, "a", 3), Take(sequences, "b", 1), Take(sequences, "a", 1)];
        Assert.Equal([1, 2, 1, 5], taken);

        var snapshot = sequences.TakeSnapshot();
        Take(sequences, "a", 100);                        // must not show in the snapshot, which is read only now
        var restored = new Sequences();
        restored.Restore(new MemoryStream([.. snapshot.SelectMany(part => part.ToArray())]));

        Assert.Equal([6, 2, 1], [Take(restored, "a", 1), Take(restored, "b", 1), Take(restored, "new", 1)]);
    }

    private long Take(Sequences sequences, string name, int count)
    {
        byte[] command = SequenceMessages.Take(name, count);
        var entry = new LogEntry(++_index, Term: 1, EntryKind.Command, Time: 0, new Payload(command, 0, ""));
        return SequenceMessages.ReadNumber(sequences.Apply(entry, command));
    }
    #endregion

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    public void A_count_that_makes_no_sense_is_answered_and_takes_nothing(int count)
    {
        var sequences = new Sequences();

        Assert.Equal(0, Take(sequences, "a", count));
        Assert.Equal(1, Take(sequences, "a", 1));
    }

    [Fact]
    public void A_command_of_a_later_version_stops_this_one_rather_than_being_ignored() =>
        Assert.Throws<NotSupportedException>(() =>
            new Sequences().Apply(new LogEntry(1, 1, EntryKind.Command, 0, Payload.Empty), new byte[] { 2 }));

    #region test-a-cluster
    [Fact]
    public void No_number_is_given_out_twice_although_leaders_crash()
    {
        var settings = new RaftClusterSettings { Peers = 3, Seed = 7, StateMachine = () => new Sequences() };
        using var cluster = RaftCluster.Start(settings);
        var process = cluster.StartClient();              // a node beside those of the peers
        var sequences = new SequenceClient(RaftClient.Start(process.System, process.ClientSettings));

        var taken = new List<Task<long>>();
        for (int round = 0; round < 5; round++)
        {
            taken.AddRange(Enumerable.Range(0, 20).Select(_ => sequences.TakeAsync("orders")));
            cluster.Run(TimeSpan.FromMilliseconds(5));    // virtual time: some of them are under way
            var leader = cluster.CheckSingleLeader();
            cluster.Crash(leader);
            cluster.Restart(leader);
        }

        var numbers = taken.ConvertAll(task => cluster.Await(task, TimeSpan.FromSeconds(30)));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), numbers.Order());
    }
    #endregion

    [Fact]
    public Task The_program_runs() => Program.Main([]);
}
