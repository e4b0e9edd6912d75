#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite (Microsoft.Data.Sqlite 10.0.15), Akka 1.5.74.
#
# Behaviour: After ActorSystem.Terminate has completed, the pooled connections keep the database open and its WAL is
# not checkpointed. A copy of the database file alone lacks every event, even the tables.
# SqliteConnection.ClearAllPools() closes it.
#
# One would have guessed: A terminated actor system has closed its journal: the last connection is gone, and SQLite
# has moved the WAL into the file.
#
# Seen:
#   terminated: tables in the file 0, WAL left: True
#   closed: tables in the file 3, WAL left: False
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

const string Database = "journal.db", Wal = $"{Database}-wal";
Query(Database, "PRAGMA journal_mode = WAL");
SqliteConnection.ClearAllPools();

var seen = Channel.CreateUnbounded<object>();
var system = Systems.Start($"Data Source={Database}");
var actor = system.ActorOf(Props.Create(() => new Subject("subject", seen.Writer)));
await seen.Reader.ReadAsync();
actor.Tell(new Run(self => self.PersistAll(["a", "b", "c"], self.Report)));
for (int i = 0; i < 3; i++)
    await seen.Reader.ReadAsync();
await system.Terminate();

File.Copy(Database, "terminated.db");
Console.WriteLine($"terminated: tables in the file {Tables("terminated.db")}, WAL left: {File.Exists(Wal)}");
SqliteConnection.ClearAllPools();
File.Copy(Database, "closed.db");
Console.WriteLine($"closed: tables in the file {Tables("closed.db")}, WAL left: {File.Exists(Wal)}");

static object? Tables(string file) =>
    Query(file, "SELECT count(*) FROM sqlite_master WHERE name IN ('journal', 'tags', 'snapshot')");

static object? Query(string file, string text)
{
    using var connection = new SqliteConnection($"Data Source={file}");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = text;
    return command.ExecuteScalar();
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
terminated: tables in the file 0, WAL left: True
closed: tables in the file 3, WAL left: False
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
