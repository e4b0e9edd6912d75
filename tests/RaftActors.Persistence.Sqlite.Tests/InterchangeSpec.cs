using Akka.Actor;
using Akka.Persistence.Query;
using Akka.Persistence.Sql.Query;
using Akka.Streams;
using Akka.Streams.Dsl;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>This plugin and Akka.Persistence.Sql each open the other's file and go on with it.</summary>
public sealed class InterchangeSpec : PluginSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Plugin.Sqlite, Plugin.AkkaPersistenceSql)]
    [InlineData(Plugin.AkkaPersistenceSql, Plugin.Sqlite)]
    public void Each_goes_on_where_the_other_stopped(Plugin first, Plugin second)
    {
        With(first, client =>
        {
            client.WriteEvents("a", [(1, "red:one"), (2, "two"), (3, "red:blue:three")]);
            client.WriteEvents("b", 1, 3);
            client.WriteEvents("c", 1, 3);
            client.Delete("b", 2);
            client.Delete("c", 3);
            client.Save("a", 2, "snapshot of a");
        });
        With(second, client =>
        {
            ExpectReplay(client, "a", 3, "1 one", "2 two", "3 three");
            ExpectReplay(client, "b", 3, "3 b-3");
            ExpectReplay(client, "c", 3);
            Assert.Equal(("snapshot of a", 2), (client.Load("a")!.Snapshot, client.Load("a")!.Metadata.SequenceNr));
            client.WriteEvents("a", [(4, "blue:four")]);
            client.WriteEvents("c", 4, 4);
            client.Delete("b", 3);
            client.Save("a", 4, "later snapshot of a");
        });
        With(first, client =>
        {
            ExpectReplay(client, "a", 4, "1 one", "2 two", "3 three", "4 four");
            ExpectReplay(client, "b", 3);
            ExpectReplay(client, "c", 4, "4 c-4");
            Assert.Equal("later snapshot of a", client.Load("a")!.Snapshot);
        });
        using var connection = new SqliteConnection(File, create: false);
        Assert.Equal(
            ["1 a 1 red", "3 a 3 blue", "3 a 3 red", "10 a 4 blue"],
            Rows(connection, """
                SELECT ordering_id || ' ' || persistence_id || ' ' || sequence_nr || ' ' || tag FROM tags
                ORDER BY ordering_id, tag
                """));
    }

    [Fact]
    public void No_key_is_given_out_twice_although_all_events_are_deleted()
    {
        With(Plugin.Sqlite, client =>
        {
            client.WriteEvents("a", 1, 3);
            client.Delete("a", 3);
            client.WriteEvents("b", 1, 1);
            client.Delete("b", 1);
            client.WriteEvents("a", 4, 4);
        });
        using var connection = new SqliteConnection(File, create: false);
        Assert.Equal(
            ["3 a 3", "4 b 1", "5 a 4"],
            Rows(connection, """
                SELECT ordering || ' ' || persistence_id || ' ' || sequence_number FROM journal ORDER BY ordering
                """));
    }

    [Fact]
    public void The_tables_are_the_same_and_so_are_the_indexes_that_queries_use()
    {
        var other = Directory / "other.db";
        Stop(Opened(Plugin.Sqlite, File));
        Stop(Opened(Plugin.AkkaPersistenceSql, other));

        using var ours = new SqliteConnection(File, create: false);
        using var theirs = new SqliteConnection(other, create: false);
        foreach (var table in (string[])["journal", "tags", "snapshot"])
        {
            var columns = $"""
                SELECT name || ' ' || type || ' ' || "notnull" || ' ' || pk
                FROM pragma_table_info('{table}') ORDER BY cid
                """;
            Assert.NotEmpty(Rows(ours, columns));
            Assert.Equal(Rows(theirs, columns), Rows(ours, columns));
        }
        const string indexes = """
            SELECT l.name || '(' || (SELECT group_concat(i.name) FROM pragma_index_info(l.name) i) || ') ' || l."unique"
            FROM sqlite_master t, pragma_index_list(t.name) l WHERE t.type = 'table' AND l.origin = 'c' ORDER BY l.name
            """;
        string[] unused =
        [
            "journal_created_idx(created) 0", "journal_sequence_number_idx(sequence_number) 0",
            "snapshot_created_idx(created) 0", "snapshot_sequence_number_idx(sequence_number) 0",
        ];
        Assert.Equal(3, Rows(ours, indexes).Count);
        Assert.Equal(Rows(theirs, indexes), Rows(ours, indexes).Concat(unused).Order(StringComparer.Ordinal));
        const string counted =
            "SELECT count(*) FROM sqlite_master WHERE name = 'journal' AND sql LIKE '%AUTOINCREMENT%'";
        Assert.Equal(0, ours.QueryNumber(counted));
        Assert.Equal(1, theirs.QueryNumber(counted));

        ActorSystem Opened(Plugin plugin, string file)
        {
            var system = Start(plugin, file: file);
            var client = new JournalClient(system);
            client.WriteEvents("a", 1, 1);
            client.Save("a", 1, "one");
            return system;
        }
    }

    [Fact]
    public async Task The_read_journal_of_Akka_Persistence_Sql_reads_what_this_plugin_writes_while_it_writes()
    {
        // The read journal asks its write plugin, which has to be that of Akka.Persistence.Sql, whether it is there.
        var system = Start(Akka.Configuration.ConfigurationFactory.ParseString($$"""
            akka.persistence.query.journal.sql {
              write-plugin = "akka.persistence.journal.sql"
              connection-string = "Data Source={{File}};Pooling=false"
              provider-name = "SQLite.MS"
              refresh-interval = 100 ms
            }
            akka.persistence.journal.sql.auto-initialize = off
            """)
            .WithFallback(PluginConfig.For(Plugin.Sqlite, File))
            .WithFallback(PluginConfig.For(Plugin.AkkaPersistenceSql, File)));
        var client = new JournalClient(system);
        client.WriteEvents("a", [(1, "red:one"), (2, "two"), (3, "red:blue:three")]);
        client.WriteEvents("b", [(1, "red:b-one")]);
        var journal = PersistenceQuery.Get(system).ReadJournalFor<SqlReadJournal>(SqlReadJournal.Identifier);
        using var materializer = system.Materializer();

        Assert.Equal(["a", "b"], (await Run(journal.CurrentPersistenceIds(), materializer)).Order());
        Assert.Equal(["one", "two", "three"], Payloads(
            await Run(journal.CurrentEventsByPersistenceId("a", 0, long.MaxValue), materializer)));
        Assert.Equal(["one", "three", "b-one"], Payloads(
            await Run(journal.CurrentEventsByTag("red", Offset.NoOffset()), materializer)));
        Assert.Equal(
            ["three"], Payloads(await Run(journal.CurrentEventsByTag("blue", Offset.NoOffset()), materializer)));
        Assert.Equal(["one", "two", "three", "b-one"], Payloads(
            await Run(journal.CurrentAllEvents(Offset.NoOffset()), materializer)));

        var red = Run(journal.EventsByTag("red", Offset.NoOffset()).Take(5), materializer);
        var ofB = Run(journal.EventsByPersistenceId("b", 2, long.MaxValue).Take(2), materializer);
        client.WriteEvents("b", [(2, "red:b-two"), (3, "b-three")]);
        client.WriteEvents("a", [(4, "red:four")]);

        Assert.Equal(["one", "three", "b-one", "b-two", "four"], Payloads(await red));
        Assert.Equal(["b-two", "b-three"], Payloads(await ofB));
    }

    private static async Task<List<T>> Run<T>(Source<T, Akka.NotUsed> source, IMaterializer materializer) =>
        [.. await source.RunWith(Sink.Seq<T>(), materializer).WaitAsync(Patience)];

    private static IEnumerable<object> Payloads(IEnumerable<EventEnvelope> events) => events.Select(e => e.Event);

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var rows = connection.Prepare(sql);
        var list = new List<string>();
        while (rows.Step())
            list.Add(rows.Text(0)!);
        return list;
    }

    private static void ExpectReplay(JournalClient client, string persistenceId, long highest, params string[] events)
    {
        var replay = client.Replay(persistenceId);
        Assert.Equal(events, replay.Events);
        Assert.Equal(highest, replay.Highest);
    }

    private void With(Plugin plugin, Action<JournalClient> use)
    {
        var system = Start(plugin);
        use(new JournalClient(system));
        Stop(system);
    }
}
