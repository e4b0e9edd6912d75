using Akka.Actor;
using Akka.Persistence;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>How a replay goes about, and what the settings make of it.</summary>
public sealed class ReplaySpec : PluginSpec
{
    [Fact]
    public void A_replay_stays_two_steps_ahead_of_an_actor_that_is_slow()
    {
        var system = Start(Plugin.Sqlite);
        var client = new JournalClient(system);
        client.WriteEvents("a", 1, 3000);
        var counted = client.NewProbe();
        using var open = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        var slow = system.ActorOf(Props.Create(typeof(SlowActor), reached, open, counted.Ref));
        client.Journal.Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, "a", slow), slow);
        Assert.True(reached.Wait(TimeSpan.FromSeconds(60)));

        // Whoever has read further than two steps of 500 events has these, too.
        using (var other = new SqliteConnection(File, create: false))
        {
            other.BusyTimeout = 60_000;
            other.Execute("DELETE FROM journal WHERE sequence_number BETWEEN 1001 AND 2999");
        }
        open.Set();

        Assert.Equal(1001, counted.ExpectMsg<int>(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData("repair-by-discard-old")]
    [InlineData("fail")]
    [InlineData("warn")]
    public void A_filter_passes_a_replay_that_is_in_order(string mode)
    {
        var client = new JournalClient(
            Start(Plugin.Sqlite, $"akka.persistence.journal.raft-sqlite.replay-filter.mode = {mode}"));
        client.WriteEvents("a", 1, 1200);
        var (events, highest) = client.Replay("a");
        Assert.Equal(JournalClient.Numbers(1, 1200).Select(n => $"{n} a-{n}"), events);
        Assert.Equal(1200, highest);
    }

    [Fact]
    public void A_filter_sees_the_writers_of_the_events()
    {
        var client = new JournalClient(
            Start(Plugin.Sqlite, "akka.persistence.journal.raft-sqlite.replay-filter.mode = fail"));
        client.WriteEvents("a", 1, 3);
        Stop(client.System);
        using (var other = new SqliteConnection(File, create: false))
            other.Execute("UPDATE journal SET writer_uuid = 'another' WHERE sequence_number = 2");

        client = new JournalClient(
            Start(Plugin.Sqlite, "akka.persistence.journal.raft-sqlite.replay-filter.mode = fail"));

        Assert.Contains("Invalid replayed event", client.FailedReplay("a").Message);
    }

    [Fact]
    public void A_filter_that_there_is_not_is_named_to_the_actor()
    {
        var subject = new Subject(
            Start(Plugin.Sqlite, "akka.persistence.journal.raft-sqlite.replay-filter.mode = strict"));
        Assert.Contains(
            "akka.persistence.journal.raft-sqlite.replay-filter.mode = strict is not one of",
            Assert.IsType<Akka.Configuration.ConfigurationException>(subject.Next()).Message);
    }

    [Fact]
    public void Commands_are_published_when_the_settings_say_so()
    {
        var client = new JournalClient(Start(Plugin.Sqlite, "akka.persistence.publish-plugin-commands = on"));
        var published = client.NewProbe();
        foreach (var type in (
            Type[])[typeof(ReplayMessages), typeof(DeleteMessagesTo), typeof(DeleteSnapshot), typeof(DeleteSnapshots)])
            client.System.EventStream.Subscribe(published, type);
        client.WriteEvents("a", 1, 3);

        client.Replay("a");
        Assert.Equal("a", Published<ReplayMessages>().PersistenceId);
        client.Delete("a", 2);
        Assert.Equal(2, Published<DeleteMessagesTo>().ToSequenceNr);
        client.SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata("a", 1, DateTime.MinValue)), client.Probe);
        Published<DeleteSnapshot>();
        client.SnapshotStore.Tell(new DeleteSnapshots("a", SnapshotSelectionCriteria.Latest), client.Probe);
        Published<DeleteSnapshots>();

        T Published<T>() => published.ExpectMsg<T>(TimeSpan.FromSeconds(60));
    }

    /// <summary>Does nothing until it may, and tells in the end how many events it was sent.</summary>
    private sealed class SlowActor(ManualResetEventSlim reached, ManualResetEventSlim open, IActorRef counted)
        : UntypedActor
    {
        private int _events;

        protected override void OnReceive(object message)
        {
            if (message is RecoverySuccess)
                counted.Tell(_events);
            if (message is not ReplayedMessage)
                return;
            reached.Set();
            Assert.True(open.Wait(TimeSpan.FromSeconds(60)));
            _events++;
        }
    }
}
