#!/usr/bin/env bash
# Akka 1.5.74.
#
# Behaviour: EventStream.Subscribe compares the new subscriber with all subscribers that the event has. So n actors that
# subscribe to one event cost n(n-1)/2 comparisons.
#
# One would have guessed: A subscription takes the same time however many there are.
#
# Seen:
#   100 subscribers to one event: 4950 comparisons
#   1000 subscribers to one event: 499500 comparisons
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

using var system = ActorSystem.Create("finding", ConfigurationFactory.ParseString("akka.loglevel = OFF"));
foreach (int actors in (int[])[100, 1_000])
{
    Subscriber.Comparisons = 0;
    var @event = actors == 100 ? typeof(Few) : typeof(Many);
    for (int i = 0; i < actors; i++)
        system.EventStream.Subscribe(new Subscriber(system, $"subscriber{i}"), @event);
    Console.WriteLine($"{actors} subscribers to one event: {Subscriber.Comparisons} comparisons");
}

internal sealed class Few;

internal sealed class Many;

// A reference that counts how often it is compared with another one.
internal sealed class Subscriber(ActorSystem system, string name) : MinimalActorRef
{
    public static int Comparisons;

    public override ActorPath Path { get; } = system.DeadLetters.Path / name;

    public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

    public override bool Equals(object? other)
    {
        Interlocked.Increment(ref Comparisons);
        return ReferenceEquals(this, other);
    }

    public override int GetHashCode() => Path.GetHashCode();
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
100 subscribers to one event: 4950 comparisons
1000 subscribers to one event: 499500 comparisons
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
