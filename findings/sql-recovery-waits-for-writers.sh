#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite (Microsoft.Data.Sqlite 10.0.15), Akka 1.5.74.
#
# Behaviour: Recovery begins a transaction that takes the write lock (BEGIN IMMEDIATE). It waits for any open write
# transaction, in WAL mode too, and fails when that lasts longer than the connection's timeout. A plain SELECT is
# answered meanwhile. With read-isolation-level = read-uncommitted recovery does not wait.
#
# One would have guessed: In WAL mode readers never wait for a writer.
#
# Seen:
#   plain SELECT: 1 event
#   recovery, unspecified: SQLite Error 5: 'database is locked'.
#   plain SELECT: 1 event
#   recovery, read-uncommitted: event
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
Query("PRAGMA journal_mode = WAL");
await using (var first = new AsyncSystem(Systems.Start($"Data Source={File}")))
{
    var (actor, seen) = first.Start("subject");
    await seen.ReadAsync();
    actor.Tell(new Run(self => self.Persist("event", self.Report)));
    await seen.ReadAsync();
}
foreach (string level in new[] { "unspecified", "read-uncommitted" })
{
    string levels = $"""
        akka.persistence.journal.sql.read-isolation-level = {level}
        akka.persistence.snapshot-store.sql.read-isolation-level = {level}
        """;
    await using var second = new AsyncSystem(Systems.Start($"Data Source={File};Default Timeout=1", levels));
    await second.Start("another").Seen.ReadAsync();

    using var other = new SqliteConnection($"Data Source={File}");
    other.Open();
    using var writing = other.BeginTransaction();
    Console.WriteLine($"plain SELECT: {Query("SELECT count(*) FROM journal")} event");
    object result = await second.Start("subject").Seen.ReadAsync();
    Console.WriteLine($"recovery, {level}: {(result is Exception failure ? failure.Message : result)}");
    writing.Rollback();
}

static object? Query(string text)
{
    using var connection = new SqliteConnection($"Data Source={File}");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = text;
    return command.ExecuteScalar();
}

internal sealed class AsyncSystem(ActorSystem system) : IAsyncDisposable
{
    public (IActorRef Actor, ChannelReader<object> Seen) Start(string id)
    {
        var seen = Channel.CreateUnbounded<object>();
        return (system.ActorOf(Props.Create(() => new Subject(id, seen.Writer))), seen.Reader);
    }

    public async ValueTask DisposeAsync() => await system.Terminate();
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
plain SELECT: 1 event
recovery, unspecified: SQLite Error 5: 'database is locked'.
plain SELECT: 1 event
recovery, read-uncommitted: event
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
