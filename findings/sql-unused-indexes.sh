#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite (Microsoft.Data.Sqlite 10.0.15), Akka 1.5.74.
#
# Behaviour: The journal has indexes of "created" and of "sequence_number" alone, and so has the snapshot store. Nothing
# that the plugin does reads them: recovery, deletion and the loading of a snapshot find their rows by the unique index
# of persistence_id and sequence_number. Each costs a page in every transaction: in the write-ahead log an event takes
# five pages of 4 KiB with them, and three without. A start with auto-initialize = on makes them again.
#
# One would have guessed: The tables have the indexes that the plugin needs, and an event takes little more than a page.
#
# Seen:
#   journal_created_idx, journal_sequence_number_idx, snapshot_created_idx, snapshot_sequence_number_idx
#   with them: 5 pages an event
#   without them: 3 pages an event
#   without them: recovered snapshot 11 + 11 and 15 events
#   the next start with auto-initialize = on makes 4 indexes
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > finding.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Akka.Persistence" Version="1.5.74" />
    <PackageReference Include="Akka.Persistence.Sql" Version="1.5.73" />
    <PackageReference Include="linq2db" Version="6.5.1" />
    <PackageReference Include="Microsoft.Data.Sqlite.Core" Version="10.0.15" />
    <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="3.0.5" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Microsoft.Data.Sqlite;

const string File = "journal.db";
const string Indexes = """
    SELECT m.name FROM sqlite_master m WHERE m.type = 'index' AND m.tbl_name IN ('journal', 'snapshot')
      AND (SELECT group_concat(i.name) FROM pragma_index_info(m.name) i) IN ('created', 'sequence_number')
    ORDER BY m.name
    """;

// The database has a write-ahead log from the beginning, and this connection keeps the log when the others end.
using var database = new SqliteConnection($"Data Source={File}");
database.Open();
Execute("PRAGMA journal_mode = WAL");

var names = new List<string>();
await Session(
    async subject =>
    {
        names = Names();
        Console.WriteLine(string.Join(", ", names));
        Console.WriteLine($"with them: {await PagesPerEvent(subject)} pages an event");
    },
    initialize: true);
foreach (string name in names)
    Execute($"DROP INDEX {name}");
await Session(async subject =>
{
    Console.WriteLine($"without them: {await PagesPerEvent(subject)} pages an event");
    await subject.Do(self => self.SaveSnapshot("state"));
    await subject.Do(self => self.DeleteMessages(10));
    for (int i = 0; i < 15; i++)
        await subject.Do(self => self.Persist("event", self.Report));
});
await Session(subject =>
{
    string snapshot = subject.Recovered.OfType<SnapshotOffer>().Single().Metadata.SequenceNr.ToString();
    int events = subject.Recovered.OfType<string>().Count();
    Console.WriteLine($"without them: recovered snapshot 11 + {int.Parse(snapshot) - 11} and {events} events");
    return Task.CompletedTask;
});
await Session(_ => Task.CompletedTask, initialize: true);
Console.WriteLine($"the next start with auto-initialize = on makes {Names().Count} indexes");

async Task Session(Func<Client, Task> use, bool initialize = false)
{
    string setting = initialize ? "on" : "off";
    var system = Systems.Start($"Data Source={File}", $"""
        akka.persistence.journal.sql.auto-initialize = {setting}
        akka.persistence.snapshot-store.sql.auto-initialize = {setting}
        """);
    var seen = Channel.CreateUnbounded<object>();
    var client = new Client(system.ActorOf(Props.Create(() => new Subject("one", seen.Writer))), seen.Reader);
    await client.Recover();
    await use(client);
    await system.Terminate();
}

// A frame of the log is a page of 4,096 bytes with a header of 24. The first events may still split pages.
async Task<long> PagesPerEvent(Client client)
{
    await client.Do(self => self.Persist("event", self.Report));
    long before = Length();
    for (int i = 0; i < 10; i++)
        await client.Do(self => self.Persist("event", self.Report));
    return (Length() - before) / 10 / 4120;
}

long Length() => new FileInfo(File + "-wal").Length;

List<string> Names()
{
    using var command = database.CreateCommand();
    command.CommandText = Indexes;
    using var reader = command.ExecuteReader();
    var found = new List<string>();
    while (reader.Read())
        found.Add(reader.GetString(0));
    return found;
}

void Execute(string sql)
{
    using var command = database.CreateCommand();
    command.CommandText = sql;
    command.ExecuteNonQuery();
}

internal sealed class Client(IActorRef actor, ChannelReader<object> seen)
{
    public List<object> Recovered { get; } = [];

    public async Task Recover()
    {
        while (await seen.ReadAsync() is var message and not RecoveryCompleted)
            Recovered.Add(message);
    }

    public async Task Do(Action<Subject> action)
    {
        actor.Tell(new Run(action));
        if (await seen.ReadAsync() is Exception failure)
            throw failure;
    }
}

internal sealed record Run(Action<Subject> Action);

/// <summary>Does what it is told to, and reports what happens to it.</summary>
internal sealed class Subject(string id, ChannelWriter<object> seen) : UntypedPersistentActor
{
    public override string PersistenceId => id;

    public void Report(object what) => seen.TryWrite(what);

    protected override void OnCommand(object message)
    {
        if (message is Run run)
            run.Action(this);
        else
            Report(message);
    }

    protected override void OnRecover(object message) => Report(message);

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Report(reason);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Report(cause);
}

internal static class Systems
{
    /// <summary>An actor system whose journal and snapshot store are Akka.Persistence.Sql's on SQLite.</summary>
    public static ActorSystem Start(string connection, string more = "") => ActorSystem.Create(
        "finding",
        ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF, akka.stdout-loglevel = OFF
            akka.persistence.journal.plugin = akka.persistence.journal.sql
            akka.persistence.journal.sql { connection-string = "{{connection}}", provider-name = "SQLite.MS" }
            akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.sql
            akka.persistence.snapshot-store.sql { connection-string = "{{connection}}", provider-name = "SQLite.MS" }
            {{more}}
            """).WithFallback(SqlPersistence.DefaultConfiguration));
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
journal_created_idx, journal_sequence_number_idx, snapshot_created_idx, snapshot_sequence_number_idx
with them: 5 pages an event
without them: 3 pages an event
without them: recovered snapshot 11 + 11 and 15 events
the next start with auto-initialize = on makes 4 indexes
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
