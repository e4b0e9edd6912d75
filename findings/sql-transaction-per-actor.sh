#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite (Microsoft.Data.Sqlite 10.0.15), Akka 1.5.74.
#
# Behaviour: 640 events that 64 actors persist at the same time are 640 transactions. The same 640 events of one actor
# by PersistAsync are one. batch-size and parallelism do not change it: only what one actor has waiting shares a
# transaction.
#
# One would have guessed: The journal batches what waits, whoever wrote it: a few transactions for all 64 actors.
#
# Seen:
#   64 actors, 10 events each: 640 transactions
#   1 actor, 640 events: 1 transactions
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
using System.Buffers.Binary;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;

const string File = "journal.db";
using var system = Systems.Start($"Data Source={File}");
var seen = Channel.CreateUnbounded<object>();
var actors = Enumerable.Range(0, 64)
    .Select(i => system.ActorOf(Props.Create(() => new Subject($"actor-{i}", seen.Writer)))).ToArray();
await Take(actors.Length);

uint before = Transactions();
foreach (var actor in actors)
    for (int i = 0; i < 10; i++)
        actor.Tell(new Run(self => self.Persist("event", self.Report)));
await Take(640);
Console.WriteLine($"64 actors, 10 events each: {Transactions() - before} transactions");

before = Transactions();
actors[0].Tell(new Run(self =>
{
    for (int i = 0; i < 640; i++)
        self.PersistAsync("event", self.Report);
}));
await Take(640);
Console.WriteLine($"1 actor, 640 events: {Transactions() - before} transactions");

async Task Take(int count)
{
    for (int i = 0; i < count; i++)
        await seen.Reader.ReadAsync();
}

// The change counter in the header of a database: with a rollback journal each write transaction raises it by one.
static uint Transactions()
{
    using var file = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    var header = new byte[28];
    file.ReadExactly(header);
    return BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(24));
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
64 actors, 10 events each: 640 transactions
1 actor, 640 events: 1 transactions
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
