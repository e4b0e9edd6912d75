#!/usr/bin/env bash
# Akka.Persistence 1.5.74, DeleteMessages.
#
# Behaviour: Deleting up to a number that is one beyond the last sequence number fails. Deleting up to long.MaxValue
# succeeds, and deletes up to the last.
#
# One would have guessed: Any number beyond the last means the last, or none of them is accepted.
#
# Seen:
#   3 events, delete to 4: toSequenceNr [4] must be less than or equal to LastSequenceNr [3]
#   3 events, delete to 9223372036854775807: deleted to 3
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
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

using var system = ActorSystem.Create("finding", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
var seen = Channel.CreateUnbounded<object>();
var actor = system.ActorOf(Props.Create(() => new Subject("subject", seen.Writer)));
await seen.Reader.ReadAsync();
actor.Tell(new Run(self => self.PersistAll(["a", "b", "c"], self.Report)));
for (int i = 0; i < 3; i++)
    await seen.Reader.ReadAsync();
foreach (long to in new[] { 4, long.MaxValue })
{
    actor.Tell(new Run(self => self.DeleteMessages(to)));
    Console.WriteLine($"3 events, delete to {to}: " + await seen.Reader.ReadAsync() switch
    {
        DeleteMessagesFailure failure => failure.Cause.Message,
        DeleteMessagesSuccess success => $"deleted to {success.ToSequenceNr}",
        var other => other,
    });
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
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
3 events, delete to 4: toSequenceNr [4] must be less than or equal to LastSequenceNr [3]
3 events, delete to 9223372036854775807: deleted to 3
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
