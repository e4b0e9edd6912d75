using Akka.Actor;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>What a persistent actor gets of the plugin.</summary>
public sealed class PersistentActorSpec : PluginSpec
{
    [Fact]
    public void Events_and_snapshots_outlive_the_actor_system()
    {
        var system = Start(Plugin.Sqlite);
        var first = new Subject(system);
        first.Persist("1", "2");
        first.Expect("recovered at 0", "handled 1", "handled 2");
        first.Do(actor => actor.SaveSnapshot("two"));
        first.Expect("saved 2");
        first.Persist("3");
        first.Expect("handled 3");
        Stop(system);

        new Subject(Start(Plugin.Sqlite)).Expect("offered two at 2", "replayed 3", "recovered at 3");
    }

    [Fact]
    public void Journal_and_snapshots_may_be_in_separate_files()
    {
        var more = $"akka.persistence.snapshot-store.raft-sqlite.file = \"{Directory / "snapshots.db"}\"";
        var system = Start(Plugin.Sqlite, more);
        var first = new Subject(system);
        first.Persist("1");
        first.Expect("recovered at 0", "handled 1");
        first.Do(actor => actor.SaveSnapshot("one"));
        first.Expect("saved 1");
        Stop(system);

        new Subject(Start(Plugin.Sqlite, more)).Expect("offered one at 1", "recovered at 1");
        var withoutSnapshots = Start(
            Plugin.Sqlite, $"akka.persistence.snapshot-store.raft-sqlite.file = \"{Directory / "other.db"}\"",
            Copy(File));
        new Subject(withoutSnapshots).Expect("replayed 1", "recovered at 1");
    }

    [Fact]
    public void A_section_that_says_only_class_and_file_has_all_other_settings_by_default()
    {
        var system = Start(Akka.Configuration.ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.persistence.journal.plugin = "akka.persistence.journal.mine"
            akka.persistence.journal.mine {
              class = "RaftActors.Persistence.Sqlite.SqliteJournal, RaftActors.Persistence.Sqlite"
              file = "{{File}}"
            }
            akka.persistence.snapshot-store.plugin = "my-snapshots"
            my-snapshots.class = "RaftActors.Persistence.Sqlite.SqliteSnapshotStore, RaftActors.Persistence.Sqlite"
            my-snapshots.file = "{{File}}"
            """));
        var subject = new Subject(system);
        subject.Persist("1");
        subject.Expect("recovered at 0", "handled 1");
        subject.Do(actor => actor.SaveSnapshot("one"));
        subject.Expect("saved 1");
        new Subject(system).Expect("offered one at 1", "recovered at 1");
    }

    [Fact]
    public void The_extension_brings_the_defaults_to_an_actor_system()
    {
        var system = Start(Akka.Configuration.ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
            akka.persistence.journal { plugin = "akka.persistence.journal.raft-sqlite", raft-sqlite.file = "{{File}}" }
            akka.persistence.snapshot-store {
              plugin = "akka.persistence.snapshot-store.raft-sqlite"
              raft-sqlite.file = "{{File}}"
            }
            """));
        var subject = new Subject(system);
        subject.Persist("1");
        subject.Expect("recovered at 0", "handled 1");
    }

    [Fact]
    public void Whatever_a_handler_ran_for_is_in_files_copied_at_that_moment()
    {
        var subject = new Subject(Start(Plugin.Sqlite));
        subject.Expect("recovered at 0");
        var events = Enumerable.Range(1, 100).Select(i => $"{i}").ToArray();
        subject.Persist(events);
        subject.Expect([.. events.Select(e => $"handled {e}")]);
        for (var i = 101; i <= 110; i++)
            subject.Do(actor => actor.WriteAsync("more"));
        subject.Expect("handled more");

        var recovered = new Subject(Start(Plugin.Sqlite, file: Copy(File)));

        recovered.Expect([.. events.Select(e => $"replayed {e}"), "replayed more"]);
    }

    [Fact]
    public void Many_actors_persist_at_the_same_time()
    {
        var system = Start(Plugin.Sqlite);
        var subjects = Enumerable.Range(0, 30).Select(i => new Subject(system, $"p{i}")).ToList();
        var events = Enumerable.Range(1, 40).Select(n => $"{n}").ToArray();
        foreach (var subject in subjects)
        {
            foreach (var e in events)
                subject.Do(actor => actor.WriteAsync(e));
        }
        subjects.ForEach(subject => subject.Expect(["recovered at 0", .. events.Select(e => $"handled {e}")]));
        Stop(system);

        var again = Start(Plugin.Sqlite);
        for (var i = 0; i < 30; i++)
            new Subject(again, $"p{i}").Expect([.. events.Select(e => $"replayed {e}"), "recovered at 40"]);
    }

    [Fact]
    public void An_event_without_a_serializer_is_rejected_with_its_atomic_write()
    {
        var subject = new Subject(Start(Plugin.Sqlite));
        subject.Do(actor =>
        {
            actor.PersistAsync("1", actor.Handled);
            actor.PersistAllAsync<object>(["2", new Unserializable()], _ => actor.Note("must not happen"));
            actor.PersistAsync("4", actor.Handled);
        });

        subject.Expect("recovered at 0", "handled 1", "rejected at 2", "rejected at 3", "handled 4");
    }

    [Fact]
    public void A_sequence_number_that_is_taken_fails_the_write_and_stops_the_actor()
    {
        var system = Start(Plugin.Sqlite);
        var (first, second) = (new Subject(system), new Subject(system));
        first.Expect("recovered at 0");
        second.Expect("recovered at 0");
        first.Persist("1");
        first.Expect("handled 1");

        second.Persist("other 1");

        Assert.Equal(SqliteFault.Conflict, second.ExpectFault().Fault);
        second.Expect("stopped");
        first.Persist("2");
        first.Expect("handled 2");
    }

    [Fact]
    public void A_replay_whose_actor_stops_ends()
    {
        var system = Start(Plugin.Sqlite);
        var client = new JournalClient(system);
        client.WriteEvents("a", 1, 3000);
        var reader = client.NewProbe();
        client.Journal.Tell(new Akka.Persistence.ReplayMessages(0, long.MaxValue, long.MaxValue, "a", reader), reader);
        reader.ExpectMsg<Akka.Persistence.ReplayedMessage>(TimeSpan.FromSeconds(60));

        system.Stop(reader);

        // Nothing keeps the database from being closed, and the others go on.
        Assert.Equal(3000, client.Replay("a").Events.Count);
    }

    private string Copy(string file)
    {
        var copy = Directory / "copy.db";
        foreach (var suffix in new[] { "", "-wal" })
            System.IO.File.Copy(file + suffix, copy + suffix);
        return copy;
    }
}
