#!/usr/bin/env bash
# Akka 1.5.74, dispatchers.
#
# Behaviour: With throughput-deadline-time = 10 ms an actor handles one message a turn, whatever its throughput. The
# deadline is compared with the time since the machine started, so a turn is over after its first message.
#
# One would have guessed: A turn of quick messages ends at the throughput. 10 ms end a turn only when its messages
# take that long.
#
# Seen:
#   deadline 0 ms: aaaaaabbbbbbaaaaaabbbbbb
#   deadline 10 ms: abababababababababababab
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
    <PackageReference Include="Akka" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Configuration;

foreach (string deadline in new[] { "0 ms", "10 ms" })
{
    var config = ConfigurationFactory.ParseString($"one.throughput = 5, one.throughput-deadline-time = {deadline}")
        .WithFallback("one.type = ForkJoinDispatcher, one.dedicated-thread-pool.thread-count = 1")
        .WithFallback("akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    using var system = ActorSystem.Create("finding", config);
    using var gate = new ManualResetEventSlim();
    using var done = new CountdownEvent(24);
    var order = new List<string>();
    IActorRef Actor(string name) =>
        system.ActorOf(Props.Create(() => new Recorder(name, order, done)).WithDispatcher("one"));

    // The only thread of the dispatcher waits while both mailboxes are filled.
    system.ActorOf(Props.Create(() => new Blocker(gate)).WithDispatcher("one")).Tell("wait");
    IActorRef a = Actor("a"), b = Actor("b");
    for (int i = 0; i < 12; i++)
    {
        a.Tell(i);
        b.Tell(i);
    }
    gate.Set();
    done.Wait();
    Console.WriteLine($"deadline {deadline}: {string.Concat(order)}");
}

internal sealed class Blocker(ManualResetEventSlim gate) : UntypedActor
{
    protected override void OnReceive(object message) => gate.Wait();
}

internal sealed class Recorder(string name, List<string> order, CountdownEvent done) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        order.Add(name);
        done.Signal();
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
deadline 0 ms: aaaaaabbbbbbaaaaaabbbbbb
deadline 10 ms: abababababababababababab
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
