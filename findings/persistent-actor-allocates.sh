#!/usr/bin/env bash
# Akka.Persistence 1.5.74, Akka 1.5.74.
#
# Behaviour: A persistent actor allocates some 96 bytes for each command, also when it persists nothing: an object and a
# delegate that capture the command. An actor that is not persistent allocates nothing for a message.
#
# One would have guessed: A persistent actor costs more than another one only when it persists.
#
# Seen:
#   an actor: 0 bytes a message
#   a persistent actor that persists nothing: 64 to 128 bytes a message
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
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

using var system = ActorSystem.Create("finding", ConfigurationFactory.ParseString("akka.loglevel = OFF"));
long plain = Measure(system.ActorOf(Props.Create(() => new Plain())));
long persistent = Measure(system.ActorOf(Props.Create(() => new Persistent())));
Console.WriteLine($"an actor: {plain} bytes a message");
Console.WriteLine(persistent is >= 64 and <= 128
    ? "a persistent actor that persists nothing: 64 to 128 bytes a message"
    : $"a persistent actor that persists nothing: {persistent} bytes a message");

// The actor tells itself the same message again and again, so nothing else is allocated. The first rounds leave out
// what is allocated once.
static long Measure(IActorRef actor)
{
    for (int round = 0; round < 3; round++)
        actor.Ask<int>(new Rounds(10_000)).Wait();
    long before = GC.GetTotalAllocatedBytes(precise: true);
    const int Messages = 1_000_000;
    actor.Ask<int>(new Rounds(Messages)).Wait();
    return (GC.GetTotalAllocatedBytes(precise: true) - before + (Messages / 2)) / Messages;
}

internal sealed record Rounds(int Messages);

internal sealed class Counter(IActorRef self)
{
    private static readonly object _again = new();
    private int _left;
    private IActorRef _asker = ActorRefs.Nobody;

    public void Receive(object message, IActorRef sender)
    {
        if (message is Rounds rounds)
            (_left, _asker) = (rounds.Messages, sender);
        if (_left-- > 0)
            self.Tell(_again, self);
        else
            _asker.Tell(0);
    }
}

internal sealed class Plain : UntypedActor
{
    private readonly Counter _counter = new(Context.Self);

    protected override void OnReceive(object message) => _counter.Receive(message, Sender);
}

internal sealed class Persistent : UntypedPersistentActor
{
    private readonly Counter _counter = new(Context.Self);

    public override string PersistenceId => "one";

    protected override void OnCommand(object message) => _counter.Receive(message, Sender);

    protected override void OnRecover(object message)
    {
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
an actor: 0 bytes a message
a persistent actor that persists nothing: 64 to 128 bytes a message
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
