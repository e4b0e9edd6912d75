#!/usr/bin/env bash
# Akka.Cluster 1.5.74, akka.cluster.down-removal-margin with the split brain resolver.
#
# Behaviour: with down-removal-margin = off, the margin after which singletons and shards start elsewhere is the
# resolver's stable-after, as without the key. Only a value above zero changes the margin.
#
# One would have guessed: off means no margin, as its comment in Akka.Cluster's reference.conf says.
#
# Seen:
#   without the key: 7000 ms
#   off: 7000 ms
#   0s: 7000 ms
#   100 ms: 100 ms
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
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Akka.Cluster" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;

await Show("without the key", "");
await Show("off", "down-removal-margin = off");
await Show("0s", "down-removal-margin = 0s");
await Show("100 ms", "down-removal-margin = 100 ms");

async Task Show(string label, string line)
{
    var system = ActorSystem.Create("finding", ConfigurationFactory.ParseString($$"""
        akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster {
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          split-brain-resolver { active-strategy = keep-majority, stable-after = 7 s }
          {{line}}
        }
        """));
    Console.WriteLine($"{label}: {Cluster.Get(system).DowningProvider.DownRemovalMargin.TotalMilliseconds:0} ms");
    await system.Terminate();
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
without the key: 7000 ms
off: 7000 ms
0s: 7000 ms
100 ms: 100 ms
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
