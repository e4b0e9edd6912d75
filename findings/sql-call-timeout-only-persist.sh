#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite (Microsoft.Data.Sqlite 10.0.15), Akka 1.5.74.
#
# Behaviour: circuit-breaker.call-timeout bounds persisting an event, but not saving a snapshot nor deleting events or
# snapshots. While another connection holds the database these go on beyond it and fail only with the timeout of the
# connection.
#
# One would have guessed: Each of them fails with a TimeoutException of the circuit breaker: both plugins have the
# setting.
#
# Seen:
#   save a snapshot: SqliteException: SQLite Error 5: 'database is locked'.
#   delete snapshots: SqliteException: SQLite Error 5: 'database is locked'.
#   delete events: SqliteException: SQLite Error 5: 'database is locked'.
#   persist an event: TimeoutException: The operation has timed out.
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
// The first calls of a process are slow: a system with the default timeouts makes them.
await using (var first = new AsyncSystem(Systems.Start($"Data Source={File}")))
{
    var (actor, seen) = first.Start("first");
    await seen.ReadAsync();
    actor.Tell(new Run(self => self.Persist("event", self.Report)));
    await seen.ReadAsync();
    actor.Tell(new Run(self => self.SaveSnapshot("state")));
    await seen.ReadAsync();
}
await using var system = new AsyncSystem(Systems.Start($"Data Source={File};Default Timeout=5", """
    akka.persistence.journal.sql.circuit-breaker.call-timeout = 1 s
    akka.persistence.snapshot-store.sql.circuit-breaker.call-timeout = 1 s
    """));
await Locked("save a snapshot", self => self.SaveSnapshot("state"));
await Locked("delete snapshots", self => self.DeleteSnapshots(new SnapshotSelectionCriteria(1)));
await Locked("delete events", self => self.DeleteMessages(1));
await Locked("persist an event", self => self.Persist("event", self.Report));

async Task Locked(string what, Action<Subject> action)
{
    var (actor, seen) = system.Start(what);
    await seen.ReadAsync();
    actor.Tell(new Run(self => self.Persist("event", self.Report)));
    await seen.ReadAsync();
    using var other = new SqliteConnection($"Data Source={File}");
    other.Open();
    using var writing = other.BeginTransaction();
    actor.Tell(new Run(action));
    var cause = await seen.ReadAsync() switch
    {
        SaveSnapshotFailure failure => failure.Cause,
        DeleteSnapshotsFailure failure => failure.Cause,
        DeleteMessagesFailure failure => failure.Cause,
        Exception failure => failure,
        var success => new InvalidOperationException($"It got {success}."),
    };
    Console.WriteLine($"{what}: {cause.GetType().Name}: {cause.Message}");
    writing.Rollback();
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
save a snapshot: SqliteException: SQLite Error 5: 'database is locked'.
delete snapshots: SqliteException: SQLite Error 5: 'database is locked'.
delete events: SqliteException: SQLite Error 5: 'database is locked'.
persist an event: TimeoutException: The operation has timed out.
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
