using Akka.Actor;
using Akka.Configuration;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Tests.Configuration;

public sealed class NodeSettingsSpec : IDisposable
{
    private const string Members = "raft { group = kv, members = [ { id = a, address = \"127.0.0.1:4001\" }, { id = b, "
        + "address = \"127.0.0.1:4002\" } ] }\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_shipped_files_describe_three_nodes(int node)
    {
        var settings = NodeSettings.Load(Path.Combine(AppContext.BaseDirectory, "hocon", $"node{node}.conf"));
        Assert.Equal($"node{node}", settings.Self.Id);
        Assert.Equal("kv", settings.Raft.Group);
        Assert.Equal(["node1 127.0.0.1:4051", "node2 127.0.0.1:4052", "node3 127.0.0.1:4053"],
            settings.Raft.Members.Select(member => $"{member.Id} {member.Address}"));
        Assert.Equal($"127.0.0.1:{8080 + node}", settings.Http.Endpoint.ToString());
        Assert.Equal(1 << 20, settings.Http.MaxValueBytes);
        Assert.Equal(Path.GetFullPath($"data/node{node}"), settings.DataDirectory);
        Assert.Equal(4050 + node, settings.Config.GetInt("akka.remote.dot-netty.tcp.port", 0));
        Assert.Equal("127.0.0.1", settings.Config.GetString("akka.remote.dot-netty.tcp.hostname", ""));
    }

    [Fact]
    public void The_journal_is_in_the_nodes_part_of_the_data_directory()
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf", Members + "raft.member-id = a"),
            _directory.In("it's \"data\""));
        Assert.Equal(_directory.In("it's \"data\"/a/raft.db"), settings.Store.Journal.File);
        Assert.Equal(settings.Store.Journal.File, settings.Store.Snapshots.File);
        foreach (var plugin in (string[])["journal", "snapshot-store"])
            Assert.Equal(settings.Store.Journal.File,
                settings.Config.GetString($"akka.persistence.{plugin}.raft-sqlite.file", ""));
    }

    [Theory]
    [InlineData("journal-sql.conf", "raft.db", "raft-snapshots.db")]
    [InlineData("journal-postgresql.conf", null, null)]
    public void A_file_that_is_included_changes_the_journal(string included, string? journal, string? snapshots)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "hocon", included), _directory.In(included));
        var settings = NodeSettings.Load(_directory.Write("a.conf",
            $"include \"{included}\"\n{Members}raft.member-id = a"), _directory.In("data"));
        Assert.Equal((journal, snapshots),
            (Path.GetFileName(settings.Store.Journal.File), Path.GetFileName(settings.Store.Snapshots.File)));
        Assert.Equal("akka.persistence.journal.sql", settings.Config.GetString("akka.persistence.journal.plugin", ""));
        foreach (var place in new[] { settings.Store.Journal, settings.Store.Snapshots })
        {
            Assert.Equal(place.ConnectionString, settings.Config.GetString($"{place.PluginId}.connection-string", ""));
            Assert.Contains(journal is null ? "Database=raftnode" : $"Data Source={place.File}", place.ConnectionString,
                StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void What_a_message_says_of_a_database_has_no_password()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "hocon", "journal-postgresql.conf"),
            _directory.In("journal-postgresql.conf"));
        var text = $"include \"journal-postgresql.conf\"\n{Members}raft.member-id = "
            + "a\nakka.persistence.journal.sql.connection-string = \"Host=db;Database=kv;Username=me;Password=secret\"";
        var store = NodeSettings.Load(_directory.Write("a.conf", text)).Store;
        Assert.Equal("PostgreSQL.15 at Host=db;Database=kv", store.Journal.ToString());
        Assert.Equal("Host=db;Database=kv;Username=me;Password=secret", store.Snapshots.ConnectionString);
    }

    [Theory]
    [InlineData("raft { member-id = a, members = [ { id = a, address = \"127.0.0.1:4001\" } ] }", "raft.group")]
    [InlineData("raft { group = kv, members = [ { id = a, address = \"127.0.0.1:4001\" } ] }", "raft.member-id")]
    [InlineData("raft { group = kv, member-id = a }", "raft.members")]
    [InlineData(Members + "raft.member-id = c", "c")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"h:1\" }, { id = a, address = "
        + "\"h:2\" } ] }", "a")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"h:1\" }, { id = b, address = "
        + "\"h:1\" } ] }", "h:1")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"h\" } ] }", "h")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"h:99999\" } ] }", "99999")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"or_ders@h:1\" } ] }",
        "'or_ders' is not the name of an actor system")]
    [InlineData("raft { group = kv, member-id = a, members = [ { id = a, address = \"h:1\" }, { id = b, address = "
        + "\"x@h:1\" } ] }", "x@h:1: the host and port are there twice")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.port = 70000", "raftnode.http.port = 70000")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.port = many", "raftnode.http.port")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.address = nowhere", "raftnode.http.address = nowhere")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.request-timeout = 0 s",
        "raftnode.http.request-timeout = 0 s")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.max-value-bytes = 512 MiB", "raft.max-entry-bytes")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.max-requests = 0", "raftnode.http.max-requests = 0")]
    [InlineData(Members + "raft.member-id = a\nraftnode.reload-interval = 0 s", "raftnode.reload-interval = 0 s")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.insecure = perhaps", "raftnode.http.insecure = perhaps")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.tls.key = k.pem",
        "raftnode.http.tls.key is set, but raftnode.http.tls.certificate is not")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.tls.client-ca = ca.pem",
        "raftnode.http.tls.client-ca is set, but raftnode.http.tls.certificate is not")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.tls.client-certificates = sometimes",
        "raftnode.http.tls.client-certificates = sometimes")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.tls.client-certificates = required",
        "needs raftnode.http.tls.client-ca")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.access.health = all", "raftnode.http.access.health = all")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.access.metrics = \"\"", "raftnode.http.access.metrics = ")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.access.certificates { read = [a], admin = [a] }",
        "raftnode.http.access.certificates.admin has a, which has another role, too")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.access.certificates.write = [\"\"]",
        "raftnode.http.access.certificates.write")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.access.certificates.owner = [a]",
        "raftnode.http.access.certificates.owner: there is no such key")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.max-connections = 0",
        "raftnode.http.limits.max-connections = 0")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.max-headers = 0",
        "raftnode.http.limits.max-headers = 0")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.max-header-bytes = 2 MiB",
        "raftnode.http.limits.max-header-bytes = 2 MiB")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.handshake-timeout = 0 s",
        "raftnode.http.limits.handshake-timeout = 0 s")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.header-timeout = soon",
        "raftnode.http.limits.header-timeout = soon")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.idle-timeout = 2 d",
        "raftnode.http.limits.idle-timeout = 2 d")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.min-bytes-per-second = 0",
        "raftnode.http.limits.min-bytes-per-second = 0")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.limits.grace = 1 s", "raftnode.http.limits.grace = 1 s")]
    [InlineData(Members + "raft.member-id = a\nraftnode.remote.tls.certificate = a.pem",
        "raftnode.remote.tls.ca is missing")]
    [InlineData(Members + "raft.member-id = a\nraftnode.remote.tls.ca = a.pem",
        "raftnode.remote.tls.certificate is missing")]
    [InlineData(Members + "raft.member-id = a\nraftnode.remote.tls.verify-names = x",
        "raftnode.remote.tls.verify-names = x")]
    [InlineData(Members + "raft.member-id = a\nraftnode.remote.tls { certificate = a, ca = a }\n"
        + "akka.remote.dot-netty.tcp.transport-class = \"Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote\"",
        "this transport does not read raftnode.remote.tls")]
    [InlineData(Members + "raft.member-id = a\nraftnode.http.max-body-bytes = 1 KiB", "raftnode.http.max-body-bytes")]
    [InlineData(Members + "raft.member-id = a\nraftnode.watch.history-changes = 0",
        "raftnode.watch.history-changes = 0")]
    [InlineData(Members + "raft.member-id = a\nraftnode.events.max-readers = -1", "raftnode.events.max-readers = -1")]
    [InlineData(Members + "raft.member-id = a\nraftnode.events.max-readers = many", "raftnode.events.max-readers")]
    [InlineData(Members + "raft.member-id = a\nakka.remote.dot-netty.tcp.port = 4009", "127.0.0.1:4009")]
    [InlineData(Members + "raft.member-id = a\nakka.remote.dot-netty.tcp.port = abc",
        "akka.remote.dot-netty.tcp.port = abc")]
    [InlineData(Members + "raft.member-id = a\nakka.persistence.journal.plugin = nowhere",
        "akka.persistence.journal.plugin = nowhere: there is no section nowhere")]
    [InlineData(Members + "raft.member-id = a\nakka.persistence.snapshot-store.plugin = \"\"",
        "akka.persistence.snapshot-store.plugin names no plugin")]
    [InlineData(Members + "raft.member-id = a\nakka.persistence.journal { plugin = akka.persistence.journal.sql, sql { "
        + "class = Akka.Persistence.Sql.Journal.SqlWriteJournal, provider-name = SQLite.MS, connection-string = what } "
        + "}", "akka.persistence.journal.sql.connection-string is not a connection string")]
    [InlineData(Members + "raft.member-id = a\nraftnode.data-dir = null", "raftnode.data-dir names no directory")]
    [InlineData(Members + "raft.member-id = a\nraftnode.data-dir = \"\"", "raftnode.data-dir names no directory")]
    [InlineData(Members + "raft.member-id = a\nActorRuntime = AkkaNet",
        "ActorRuntime is a setting of the former runtime: Akka.NET is the only runtime")]
    [InlineData(Members + "raft { member-id = a, ActorRuntime = Embedded }",
        "raft.ActorRuntime is a setting of the former runtime")]
    [InlineData(Members + "raft.member-id = a\nakka.persistence.journal.sql.wal-size = 64 MiB",
        "the key is now akka.persistence.journal.raft-sqlite.wal-size")]
    [InlineData(Members + "raft.member-id = a\nakka.persistence.snapshot-store.sql.wal-size = 64 MiB",
        "the key is now akka.persistence.snapshot-store.raft-sqlite.wal-size")]
    [InlineData(Members + "raft.member-id = a\nraftactors.runtime.random-seed = 7", "the key is now raft.random-seed")]
    [InlineData(Members + "raft.member-id = a\nraftactors.runtime.sql-writer-threads = x",
        "raftactors.runtime is a setting of the former runtime")]
    public void A_bad_setting_is_refused_with_a_sentence_that_names_it(string text, string named)
    {
        var path = _directory.Write("node.conf", text);
        var message = Assert.Throws<NodeStartException>(() => NodeSettings.Load(path)).Message;
        Assert.StartsWith($"{path}: ", message);
        Assert.Contains(named, message[path.Length..]);
        Assert.DoesNotContain('\n', message);
    }

    // Elsewhere these stand for any address and any port.
    [Theory]
    [InlineData("port = 0")]
    [InlineData("hostname = \"\"")]
    [InlineData("hostname = null")]
    public void Remoting_listens_at_the_members_address_where_nothing_is_said(string tcp)
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf",
            Members + $"raft.member-id = a\nakka.remote.dot-netty.tcp {{ {tcp} }}"));
        Assert.Equal(("127.0.0.1", 4001),
            (settings.Config.GetString("akka.remote.dot-netty.tcp.hostname", ""),
            settings.Config.GetInt("akka.remote.dot-netty.tcp.port", 0)));
        Assert.Equal(("127.0.0.1", 4001), (settings.RaftEndpoint.Host, settings.RaftEndpoint.Port));
    }

    [Fact]
    public void A_member_s_address_may_have_the_name_of_its_actor_system()
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf",
            "raft { group = kv, member-id = a, members = [ { id = a, address = \"raftnode@127.0.0.1:4001\" } ] }"));

        Assert.Equal(("127.0.0.1", 4001), (settings.RaftEndpoint.Host, settings.RaftEndpoint.Port));
        Assert.Equal("raftnode@127.0.0.1:4001", settings.Self.Address);
    }

    [Fact]
    public void Remoting_may_listen_elsewhere_as_long_as_others_find_it_at_the_members_address()
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf",
            Members + "raft.member-id = a\nakka.remote.dot-netty.tcp { hostname = \"0.0.0.0\", public-hostname = "
            + "\"127.0.0.1\" }"));
        Assert.Equal("0.0.0.0", settings.Config.GetString("akka.remote.dot-netty.tcp.hostname", ""));
    }

    [Fact]
    public void Backups_are_written_by_schedule_only_to_a_directory_that_is_named()
    {
        var off = NodeSettings.Load(_directory.Write("a.conf", $"{Members}raft.member-id = a"));
        var on = NodeSettings.Load(_directory.Write("a.conf",
            $"{Members}raft.member-id = a\nraftnode.backups {{ directory = backups, every = 7 d }}"));

        Assert.Null(off.Backups);
        Assert.Equal((Path.GetFullPath("backups"), TimeSpan.FromDays(7), 28, TimeSpan.FromMinutes(1)),
            (on.Backups!.Directory, on.Backups.Every, on.Backups.Keep, on.Backups.Retry));
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("raftnode.http.shutdown-timeout = 30 s", 32)]
    [InlineData("raftnode.http.shutdown-timeout = 30 s\nakka.coordinated-shutdown.phases.service-unbind.timeout = 7 s",
        7)]
    public async Task A_node_that_stops_gives_requests_the_time_that_they_may_take(string text, int seconds)
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf", $"{Members}raft.member-id = a\n{text}"));
        var system = ActorSystem.Create("node",
            ConfigurationFactory.ParseString("akka { actor.provider = local, loglevel = OFF }")
            .WithFallback(settings.Config));
        Assert.Equal(TimeSpan.FromSeconds(seconds),
            CoordinatedShutdown.Get(system).Timeout(CoordinatedShutdown.PhaseServiceUnbind));
        await system.Terminate();
    }

    [Fact]
    public void A_port_that_others_know_may_lead_to_another_that_the_node_listens_on()
    {
        var settings = NodeSettings.Load(_directory.Write("a.conf",
            Members + "raft.member-id = a\nakka.remote.dot-netty.tcp { hostname = \"0.0.0.0\", public-hostname = "
            + "\"127.0.0.1\", port = 4009, public-port = 4001 }"));
        Assert.Equal("127.0.0.1:4001", settings.Self.Address);
        Assert.Equal(("0.0.0.0", 4009), (settings.RaftEndpoint.Host, settings.RaftEndpoint.Port));
    }
}
