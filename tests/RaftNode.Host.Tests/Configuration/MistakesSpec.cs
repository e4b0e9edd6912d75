using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Tests.Configuration;

/// <summary>
/// What a person may write wrongly, in HOCON, on the command line and in the environment, and what the answer has to
/// say: the key or option, the value, and what is expected.
/// </summary>
public sealed class MistakesSpec : IDisposable
{
    private const string Right = """
        # A node that is configured rightly.
        raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:4001" } ] }

        """;

    private const string Postgresql = """
        akka.persistence {
          journal { plugin = "akka.persistence.journal.sql", sql { class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
            provider-name = "PostgreSQL.15"
            connection-string = "Host=db" } }
          snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql { class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
            provider-name = "PostgreSQL.15"
            connection-string = "Host=db" } }
        }

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // The text follows the right one, from line 3 on.
    [Theory]
    // Keys that nobody reads.
    [InlineData("raft.grup = x", "line 3: raft.grup: there is no such key. The nearest one is raft.group.")]
    [InlineData("raft.heartbeat = 50 ms", "raft.heartbeat: ", "raft.heartbeat-interval")]
    [InlineData("raft.Heartbeat-Interval = 50 ms", "raft.Heartbeat-Interval: ", "raft.heartbeat-interval")]
    [InlineData("raft { heartbeat_interval = 50 ms }", "raft.heartbeat_interval: ", "raft.heartbeat-interval")]
    [InlineData("raft {\n\n  election-timeout { minimum = 1 s }\n}", "line 5: raft.election-timeout.minimum: ",
        "raft.election-timeout.min.")]
    [InlineData("raft.election-timeouts.min = 1 s", "raft.election-timeouts: ", "raft.election-timeout.")]
    [InlineData("raft.\"election-timeout.min\" = 1 s", "raft.\"election-timeout.min\": ", "raft.election-timeout.min.")]
    [InlineData("raft.min = 1 s", "raft.min: ", ".min.")]
    [InlineData("raft.snapshot.entires = 7", "raft.snapshot.entires: ", "raft.snapshot.entries")]
    [InlineData("raft.sessions.timout = 60 s", "raft.sessions.timout: ", "raft.sessions.timeout")]
    [InlineData("raft.client.retry-backoff.mx = 1 s", "raft.client.retry-backoff.mx: ",
        "raft.client.retry-backoff.max")]
    [InlineData("raft.http.port = 8081", "raft.http: ", "raftnode.http")]
    [InlineData("raftnode.port = 8081", "raftnode.port: ", "raftnode.http.port")]
    [InlineData("raftnode.http.prot = 8081", "raftnode.http.prot: ", "raftnode.http.port")]
    [InlineData("raftnode { http { max-value-byte = 1 KiB } }", "raftnode.http.max-value-byte: ",
        "raftnode.http.max-value-bytes")]
    [InlineData("raftnode.datadir = x", "raftnode.datadir: ", "raftnode.data-dir")]
    [InlineData("raftnode.watch.keepalive = 15 s", "raftnode.watch.keepalive: ", "raftnode.watch.keep-alive")]
    [InlineData("raft.groups = 0", "line 3: raft.groups = 0: it is a whole number from 1 to 1024")]
    [InlineData("raft { groups = many }", "line 3: raft.groups = many: it is a whole number from 1 to 1024")]
    [InlineData("raftnode.groups = 1025", "line 3: raftnode.groups = 1025: it is a whole number from 1 to 1024")]
    [InlineData("raft.groups = 2\nraftnode.groups = 2", "raft.groups is another name of raftnode.groups: keep one")]
    [InlineData("raft.groups { count = 64 }", "raft.groups.count: there is no such key")]
    [InlineData("raft.group = a123456789b123456789c123456789d123456789e123456789f12345678\nraft.groups = 64",
        "line 3: raft.group = ", "it is too long for raft.groups = 64", "63-of-64")]
    [InlineData("raft.members = [ { id = a, adress = \"127.0.0.1:4001\" } ]", "raft.members = ",
        "a member has no adress. The nearest one is address")]
    [InlineData("raft.members = [ { id = a, address = \"127.0.0.1:4001\", Priority = 1 } ]", "a member has no Priority",
        "priority")]
    // Values of another kind.
    [InlineData("raft.heartbeat-interval = soon",
        "line 3: raft.heartbeat-interval = soon: it is not a duration such as 300 ms")]
    [InlineData("raft.heartbeat-interval = 50 parsecs", "raft.heartbeat-interval = 50 parsecs: ", "300 ms")]
    [InlineData("raft.heartbeat-interval = [ 50 ms ]", "raft.heartbeat-interval = [", "one value, and not a list")]
    [InlineData("raft.heartbeat-interval { value = 50 ms }", "raft.heartbeat-interval = {",
        "one value, and not a section")]
    [InlineData("raft.election-timeout = 300 ms", "raft.election-timeout = 300 ms: it is a section", "min, max")]
    [InlineData("raft.snapshot = off", "raft.snapshot = off: it is a section", "entries")]
    [InlineData("raft.snapshot = null", "raft.snapshot = null: it is a section", "entries")]
    [InlineData("raftnode.http = null", "raftnode.http = null: it is a section", "port")]
    [InlineData("raft.members = null", "raft.members = null: it is a list, [ ... ]")]
    [InlineData("raft = off", "raft = off: it is a section")]
    [InlineData("raftnode = 7", "raftnode = 7: it is a section")]
    [InlineData("raft.found = maybe", "raft.found = maybe: it is not on or off")]
    [InlineData("raft.max-batch-entries = many", "raft.max-batch-entries = many: it is not a whole number")]
    [InlineData("raft.max-batch-entries = 1.5", "raft.max-batch-entries = 1.5: it is not a whole number")]
    [InlineData("raft.max-batch-entries = 99999999999",
        "raft.max-batch-entries = 99999999999: it is not a whole number")]
    [InlineData("raft.max-batch-bytes = 1 MeB", "raft.max-batch-bytes = 1 MeB: it is not a size such as 64 KiB")]
    [InlineData("raft.max-entry-bytes = 4 GiB", "raft.max-entry-bytes = 4 GiB: at most")]
    [InlineData("raft.snapshot.min-growth = half", "raft.snapshot.min-growth = half: it is not a number such as 0.5")]
    [InlineData("raft.random-seed = dice", "raft.random-seed = dice: it is not a whole number, or empty")]
    [InlineData("raft.members = a", "raft.members = a: it is a list, [ ... ]")]
    [InlineData("raft.members = [ a ]", "raft.members = ", "each member is { id = ...")]
    [InlineData("raft.members = [ { id = a } ]", "raft.members = ", "without id or address")]
    [InlineData("raft.members = [ { id = a, address = \"127.0.0.1:4001\", priority = high } ]",
        "the priority high of a is no whole number")]
    [InlineData("raft.members = [ { id = a, address = \"0.0.0.0:4001\" } ]", "raft.members = 0.0.0.0:4001: ",
        "means all addresses of a machine")]
    [InlineData("raft.members = [ { id = a, address = \"255.255.255.255:4001\" } ]",
        "raft.members = 255.255.255.255:4001: ", "means all machines of a network")]
    [InlineData("raft.members = [ { id = a, address = \"[ff02::1]:4001\" } ]", "raft.members = [ff02::1]:4001: ",
        "multicast")]
    [InlineData("raft.client.addresses = \"127.0.0.1:4001\"", "raft.client.addresses = ", "it is a list, [ ... ]")]
    [InlineData("raftnode.http.port = many", "raftnode.http.port = many: it is not a whole number from 1 to 65535")]
    [InlineData("raftnode.http.port = 0", "raftnode.http.port = 0: ", "1 to 65535")]
    [InlineData("raftnode.http.address = example.org", "raftnode.http.address = example.org: it is not an IP address")]
    [InlineData("raftnode.http.max-key-bytes = 1 MiB",
        "raftnode.http.max-key-bytes = 1 MiB: it is not a size from 1 to 2048 bytes")]
    [InlineData("raftnode.http.max-value-bytes = large", "raftnode.http.max-value-bytes = large: it is not a size")]
    [InlineData("raftnode.http.request-timeout = 5 secs ago",
        "raftnode.http.request-timeout = 5 secs ago: it is not a duration such as 300 ms")]
    [InlineData("raftnode.http.request-timeout = -1 s", "raftnode.http.request-timeout = -1 s: ")]
    [InlineData("raftnode.http = 8081", "raftnode.http = 8081: it is a section", "port")]
    [InlineData("raftnode.watch.max-watchers = few", "raftnode.watch.max-watchers = few: it is not a whole number")]
    [InlineData("raftnode.backups.directroy = x", "raftnode.backups.directroy: ", "raftnode.backups.directory")]
    [InlineData("raftnode.backups = /backups", "raftnode.backups = /backups: it is a section", "directory")]
    [InlineData("raftnode.backups.every = daily",
        "raftnode.backups.every = daily: it is not a duration such as 300 ms or 5 s, from 1 s to 366 days")]
    [InlineData("raftnode.backups.every = 500 ms", "raftnode.backups.every = 500 ms: ", "from 1 s to 366 days")]
    [InlineData("raftnode.backups.every = 400 d", "raftnode.backups.every = 400 d: ", "from 1 s to 366 days")]
    [InlineData("raftnode.backups.keep = 0", "raftnode.backups.keep = 0: it is not a whole number from 1 to 1000000")]
    [InlineData("raftnode.backups.retry = 0 s", "raftnode.backups.retry = 0 s: it is not a duration")]
    [InlineData("raftnode.metrics.otlp.endpoint = \"localhost:4317\"",
        "raftnode.metrics.otlp.endpoint = localhost:4317: it is not a URL such as http://127.0.0.1:4317")]
    [InlineData("raftnode.traces.otlp.endpoint = collector",
        "line 3: raftnode.traces.otlp.endpoint = collector: it is not a URL such as http://127.0.0.1:4317")]
    [InlineData("raftnode.traces.sampling-ratio = 1.5",
        "line 3: raftnode.traces.sampling-ratio = 1.5: it is not a number from 0 to 1")]
    [InlineData("raftnode.traces.sampling-ratio = -0.1", "raftnode.traces.sampling-ratio = -0.1: ", "from 0 to 1")]
    [InlineData("raftnode.traces.sampling-ratio = NaN", "raftnode.traces.sampling-ratio = NaN: ", "from 0 to 1")]
    [InlineData("raftnode.traces.sampling-ratio = most", "raftnode.traces.sampling-ratio = most: ", "from 0 to 1")]
    // Values that do not go together, as they are written.
    [InlineData("raft.election-timeout { min = 300 ms, max = 200 ms }",
        "line 3: raft.election-timeout.max = 200 ms: it must be more than election-timeout.min")]
    [InlineData("raft.election-timeout.min = 60 ms",
        "raft.election-timeout.min = 60 ms: it must be at least twice heartbeat-interval")]
    [InlineData("raft.heartbeat-interval = 1500ms", "raft.election-timeout.min = 300 ms: ")]
    [InlineData("raft.heartbeat-interval = 0 s", "raft.heartbeat-interval = 0 s: it must be more than zero")]
    [InlineData("raft.sessions.timeout = 1500 ms", "raft.sessions.timeout = 1500 ms: it must be at least twice")]
    [InlineData("raft.max-pending-bytes = 1 KiB",
        "raft.max-pending-bytes = 1 KiB: it must be at least max-entry-bytes")]
    [InlineData("raft.lease-reads.clock-drift = 2", "raft.lease-reads.clock-drift = 2: it must be at least 0")]
    [InlineData("raft.member-id = b", "raft.member-id = b: it is not among raft.members")]
    [InlineData("raft.group = \"a b\"", "raft.group = a b: ")]
    // Files that are not whole.
    [InlineData("raftnode { http { port = 8081 }", "the { in line 3 is not closed: the file is cut off")]
    [InlineData("raft {", "the { in line 3 is not closed")]
    [InlineData("raft.members = [ { id = a, address = \"127.0.0.1:4001\" }", "the [ in line 3 is not closed")]
    [InlineData("raft.member-id = \"a", "the \" in line 3 is not closed")]
    [InlineData("raft.member-id = a\n}", "the } in line 4 closes nothing")]
    [InlineData("include \"nowhere.conf\"", "\"nowhere.conf\" cannot be included: there is no such file")]
    public void A_mistake_in_a_file_is_answered_with_its_key_its_place_and_what_is_expected(string text,
        params string[] said)
    {
        var path = _directory.Write("node.conf", Right + text);

        var message = Assert.Throws<NodeStartException>(() => NodeSettings.Load(path)).Message;

        Assert.StartsWith($"{path}: ", message);
        Assert.All(said, part => Assert.Contains(part, message));
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain("Exception", message);
    }

    [Theory]
    [InlineData(65)]
    [InlineData(200)]
    public void A_name_of_a_group_that_is_too_long_is_refused_and_the_longest_is_not(int length)
    {
        var file = _directory.Write("node.conf", $"{Right}raft.group = {new string('g', length)}\n");

        Assert.Contains($"line 3: raft.group = {new string('g', length)}: a name is up to 64 letters, digits",
            Assert.Throws<NodeStartException>(() => NodeSettings.Load(file)).Message);
        var longest = _directory.Write("node.conf", $"{Right}raft.group = {new string('g', 64)}\n");
        Assert.Equal(64, NodeSettings.Load(longest).Raft.Group.Length);
    }

    [Fact]
    public void A_mistake_in_an_included_file_is_found_there()
    {
        _directory.Write("shared/base.conf", "# The shared part.\n\nhttp.prot = 8081");
        var path = _directory.Write("node.conf", Right + "raftnode {\n  include \"shared/base.conf\"\n}");

        var message = Assert.Throws<NodeStartException>(() => NodeSettings.Load(path)).Message;

        Assert.StartsWith($"{path}: shared/base.conf, line 3: raftnode.http.prot: ", message);
    }

    [Fact]
    public void The_place_of_a_key_that_is_there_twice_is_that_of_the_one_that_counts()
    {
        _directory.Write("base.conf", "raft.heartbeat-interval = 20 ms");
        var path = _directory.Write("node.conf", $"include \"base.conf\"\n{Right}raft.heartbeat-interval = often");

        Assert.Contains("line 4: raft.heartbeat-interval = often",
            Assert.Throws<NodeStartException>(() => NodeSettings.Load(path)).Message);
    }

    [Theory]
    [InlineData("my-application { raft { no = such } anything { at = all } }")]
    [InlineData("raft.members = [ { id = \"a\", \"address\" = \"127.0.0.1:4001\" } ]")]
    [InlineData("\"raft\".group = other")]
    [InlineData("# raft {\n// }\nraft.group = \"{[\"\nraft.journal-plugin-id = \"\"\"\"\"\"")]
    [InlineData("shared { port = 8099 }\nraftnode.http.port = ${shared.port}")]
    [InlineData("{ raft.found = off }")]
    public void What_is_no_mistake_is_taken(string text) =>
        Assert.Equal("a",
            NodeSettings.Load(_directory.Write("node.conf", Right + text.Replace("\"{[\"", "kv # \"{["))).Self.Id);

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("strat", "strat")]
    [InlineData("start", "--config")]
    [InlineData("start --config", "--config")]
    [InlineData("start --confg node.conf", "--confg")]
    [InlineData("start --config a.conf --config b.conf", "--config")]
    [InlineData("start node.conf --config node.conf", "node.conf")]
    [InlineData("start --config node.conf --found maybe", "maybe")]
    [InlineData("status --timeout soon", "--timeout is a number of seconds")]
    [InlineData("status --timeout 0", "--timeout is a number of seconds")]
    [InlineData("status --urls http://127.0.0.1:8081", "--urls")]
    [InlineData("get", "Required argument missing for command: 'get'")]
    [InlineData("put key", "Give either VALUE or --file.")]
    [InlineData("member", "Required command")]
    [InlineData("member add", "Required argument missing for command: 'add'")]
    [InlineData("member add node4", "Required argument missing for command: 'add'")]
    [InlineData("member priority node1 high", "high")]
    [InlineData("member delete node4", "delete")]
    [InlineData("dev --nodes many", "--nodes")]
    public void A_mistake_on_the_command_line_is_named(string arguments, string said)
    {
        var parsed = CommandLine.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains(said, string.Join('\n', parsed.Errors.Select(static error => error.Message)));
    }

    [Fact]
    public void Several_groups_need_a_journal_in_a_file()
    {
        var path = _directory.Write("node.conf", Right + Postgresql + "raft.groups = 8\n");
        var mistake = Assert.Throws<NodeStartException>(() => NodeSettings.Load(path));
        Assert.Contains("raft.groups = 8 needs a journal in a SQLite file", mistake.Message, StringComparison.Ordinal);
        Assert.Contains("akka.persistence.journal.sql has none", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("what", "the environment variable RAFTNODE_POSTGRESQL is not a connection string of PostgreSQL")]
    [InlineData("Hst=db;Password=secret",
        "the environment variable RAFTNODE_POSTGRESQL is not a connection string of PostgreSQL")]
    [InlineData("Host=db;Port=many;Password=secret",
        "the environment variable RAFTNODE_POSTGRESQL is not a connection string of PostgreSQL")]
    public void A_mistake_in_the_environment_is_named_without_the_password(string value, string said)
    {
        var path = _directory.Write("node.conf", Right + Postgresql);
        Environment.SetEnvironmentVariable(StorePlace.PostgresqlVariable, value);
        try
        {
            var message = Assert.Throws<NodeStartException>(() => NodeSettings.Load(path)).Message;
            Assert.Contains(said, message);
            Assert.DoesNotContain("secret", message);
        }
        finally
        {
            Environment.SetEnvironmentVariable(StorePlace.PostgresqlVariable, null);
        }
    }
}
