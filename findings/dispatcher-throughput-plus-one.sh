#!/usr/bin/env bash
# Akka 1.5.74, dispatchers.
#
# Behaviour: An actor handles throughput + 1 messages before its thread goes on to the next actor. throughput = 1
# gives two.
#
# One would have guessed: throughput messages, as the setting is called: with 1 the thread goes on after each message.
#
# Seen:
#   throughput 1: aabbaabbaabbaabbaabbaabb
#   throughput 2: aaabbbaaabbbaaabbbaaabbb
#   throughput 5: aaaaaabbbbbbaaaaaabbbbbb
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

foreach (int throughput in new[] { 1, 2, 5 })
{
    var config = ConfigurationFactory.ParseString($"one.type = ForkJoinDispatcher, one.throughput = {throughput}")
        .WithFallback("one.dedicated-thread-pool.thread-count = 1, akka.loglevel = OFF, akka.stdout-loglevel = OFF");
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
    Console.WriteLine($"throughput {throughput}: {string.Concat(order)}");
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
throughput 1: aabbaabbaabbaabbaabbaabb
throughput 2: aaabbbaaabbbaaabbbaaabbb
throughput 5: aaaaaabbbbbbaaaaaabbbbbb
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
