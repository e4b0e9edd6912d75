#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 with linq2db 6.5.1 on SQLite, Akka 1.5.74 with the default serializer (Newtonsoft.Json).
#
# Behaviour: An event with an ImmutableDictionary, a KeyValuePair or a dictionary whose keys are records is persisted
# and acknowledged. The actor can never recover from it. An ImmutableList is fine.
#
# One would have guessed: What cannot be read back is rejected when it is persisted (OnPersistRejected), or it can be
# read.
#
# Seen:
#   ImmutableList: persisted, then recovered
#   ImmutableDictionary: persisted, then JsonSerializationException
#   KeyValuePair: persisted, then JsonReaderException
#   record keys: persisted, then JsonSerializationException
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
using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;

var pair = new KeyValuePair<string, int>("a", 1);
var events = new Dictionary<string, object>
{
    ["ImmutableList"] = new Event<ImmutableList<int>>([1]),
    ["ImmutableDictionary"] = new Event<ImmutableDictionary<string, int>>(ImmutableDictionary.CreateRange([pair])),
    ["KeyValuePair"] = new Event<KeyValuePair<string, int>>(pair),
    ["record keys"] = new Event<Dictionary<Key, int>>(new() { [new Key(1)] = 1 }),
};
foreach (var (id, value) in events)
{
    var seen = Channel.CreateUnbounded<object>();
    var system = Systems.Start("Data Source=journal.db");
    var actor = system.ActorOf(Props.Create(() => new Subject(id, seen.Writer)));
    await seen.Reader.ReadAsync();
    actor.Tell(new Run(self => self.Persist(value, _ => self.Report("persisted"))));
    object written = await seen.Reader.ReadAsync();
    await system.Terminate();

    seen = Channel.CreateUnbounded<object>();
    system = Systems.Start("Data Source=journal.db");
    system.ActorOf(Props.Create(() => new Subject(id, seen.Writer)));
    object read = await seen.Reader.ReadAsync();
    Console.WriteLine($"{id}: {written}, then {(read is Exception failure ? failure.GetType().Name : "recovered")}");
    await system.Terminate();
}

internal sealed record Event<T>(T Value);

internal sealed record Key(int Id);

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
ImmutableList: persisted, then recovered
ImmutableDictionary: persisted, then JsonSerializationException
KeyValuePair: persisted, then JsonReaderException
record keys: persisted, then JsonSerializationException
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
