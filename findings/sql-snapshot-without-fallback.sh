#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite, and the local snapshot store of Akka.Persistence 1.5.74.
#
# Behaviour: When the newest snapshot cannot be read (here an older version of the software does not know its
# manifest), the local store offers the one before. The SQL store fails the recovery. With snapshot-is-optional = true
# it offers none and replays the events that are left: the deleted ones are missing, and nothing says so.
#
# One would have guessed: Both stores try the snapshots from the newest to the oldest; optional means that an older
# one will do.
#
# Seen:
#   local: offered State { Version = 1 }
#   sql: recovery failed: unknown version 2
#   sql, optional: no snapshot, replayed from event 2
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
using System.Runtime.Serialization;
using Akka.Serialization;

foreach (string store in new[] { "local", "sql", "sql, optional" })
{
    string more = store == "sql, optional" ? "akka.persistence.snapshot-store.sql.snapshot-is-optional = true" : "";
    if (store == "local")
        more = "akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.local";
    more += """

        akka.persistence.snapshot-store.local.dir = "snapshots"
        akka.actor.serializers.versioned = "Versioned, finding"
        akka.actor.serialization-bindings { "State, finding" = versioned }
        """;
    Versioned.Known = 2;
    var seen = Channel.CreateUnbounded<object>();
    var newer = Systems.Start("Data Source=journal.db", more);
    var actor = newer.ActorOf(Props.Create(() => new Subject(store, seen.Writer)));
    await seen.Reader.ReadAsync();
    for (int version = 1; version <= 2; version++)
    {
        var state = new State(version);
        actor.Tell(new Run(self => self.Persist($"event {state.Version}", self.Report)));
        await seen.Reader.ReadAsync();
        actor.Tell(new Run(self => self.SaveSnapshot(state)));
        await seen.Reader.ReadAsync();
    }
    actor.Tell(new Run(self => self.DeleteMessages(1)));
    await seen.Reader.ReadAsync();
    await newer.Terminate();

    Versioned.Known = 1;
    seen = Channel.CreateUnbounded<object>();
    var older = Systems.Start("Data Source=journal.db", more);
    older.ActorOf(Props.Create(() => new Subject(store, seen.Writer)));
    object first = await seen.Reader.ReadAsync();
    Console.WriteLine($"{store}: " + first switch
    {
        SnapshotOffer offer => $"offered {offer.Snapshot}",
        SerializationException failure => $"recovery failed: {failure.Message}",
        _ => $"no snapshot, replayed from {first}",
    });
    await older.Terminate();
}

internal sealed record State(int Version);

/// <summary>Reads the versions that are known to it.</summary>
internal sealed class Versioned(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public static int Known { get; set; }

    public override int Identifier => 4001;

    public override string Manifest(object o) => $"version {((State)o).Version}";

    public override byte[] ToBinary(object obj) => [(byte)((State)obj).Version];

    public override object FromBinary(byte[] bytes, string manifest) =>
        bytes[0] <= Known ? new State(bytes[0]) : throw new SerializationException($"unknown {manifest}");
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
local: offered State { Version = 1 }
sql: recovery failed: unknown version 2
sql, optional: no snapshot, replayed from event 2
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
