#!/usr/bin/env bash
# Akka.Persistence.Sql 1.5.73 on SQLite, Akka and Akka.Remote 1.5.74, Google.Protobuf 3.36.2.
#
# Behaviour: akka.actor.provider decides how events are stored. With local a string, an int and a protobuf message are
# JSON (serializer 1). With remote they are primitives (17) and protobuf (2), for those bindings are in the
# configuration of Akka.Remote. A system with provider = local, a tool for example, cannot read a journal that one
# with remoting wrote.
#
# One would have guessed: The provider is about actor references. A protobuf message is stored as protobuf, whoever
# writes it.
#
# Seen:
#   local wrote with serializers 1, 1, 1
#   remote wrote with serializers 17, 17, 2
#   local reads what local wrote: yes
#   local reads what remote wrote: SerializationException
#   remote reads what local wrote: yes
#   remote reads what remote wrote: yes
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
    <PackageReference Include="Akka.Remote" Version="1.5.74" />
    <PackageReference Include="Akka.Persistence" Version="1.5.74" />
    <PackageReference Include="Akka.Persistence.Sql" Version="1.5.73" />
    <PackageReference Include="linq2db" Version="6.5.1" />
    <PackageReference Include="Microsoft.Data.Sqlite.Core" Version="10.0.15" />
    <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="3.0.5" />
    <PackageReference Include="Google.Protobuf" Version="3.36.2" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;

object[] events = ["text", 5, new Timestamp { Seconds = 1 }];
foreach (string provider in new[] { "local", "remote" })
{
    var seen = Channel.CreateUnbounded<object>();
    await using var system = new Provided(provider);
    var actor = system.Start(provider, seen.Writer);
    await seen.Reader.ReadAsync();
    actor.Tell(new Run(self => self.PersistAll(events, self.Report)));
    foreach (object _ in events)
        await seen.Reader.ReadAsync();
    Console.WriteLine($"{provider} wrote with serializers {Serializers(provider)}");
}
foreach (string reader in new[] { "local", "remote" })
{
    foreach (string writer in new[] { "local", "remote" })
    {
        var seen = Channel.CreateUnbounded<object>();
        await using var system = new Provided(reader);
        system.Start(writer, seen.Writer);
        string result = await seen.Reader.ReadAsync() is Exception failure ? failure.GetType().Name : "yes";
        Console.WriteLine($"{reader} reads what {writer} wrote: {result}");
    }
}

static string Serializers(string id)
{
    using var connection = new SqliteConnection("Data Source=journal.db");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = $"SELECT group_concat(identifier, ', ') FROM journal WHERE persistence_id = '{id}'";
    return (string)command.ExecuteScalar()!;
}

internal sealed class Provided(string provider) : IAsyncDisposable
{
    private readonly ActorSystem _system = Systems.Start("Data Source=journal.db", $$"""
        akka.actor.provider = {{provider}}
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """);

    public IActorRef Start(string id, ChannelWriter<object> seen) =>
        _system.ActorOf(Props.Create(() => new Subject(id, seen)));

    public async ValueTask DisposeAsync() => await _system.Terminate();
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
local wrote with serializers 1, 1, 1
remote wrote with serializers 17, 17, 2
local reads what local wrote: yes
local reads what remote wrote: SerializationException
remote reads what local wrote: yes
remote reads what remote wrote: yes
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
