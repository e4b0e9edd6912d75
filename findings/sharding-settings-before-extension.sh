#!/usr/bin/env bash
# Akka.Cluster.Sharding 1.5.73, ClusterShardingSettings.Create.
#
# Behaviour: ClusterShardingSettings.Create(system) throws: akka.cluster.sharding is not configured. After
# ClusterSharding.Get(system) the same call succeeds: only that puts the defaults into the configuration.
#
# One would have guessed: It needs nothing but the system, as the method without arguments suggests.
#
# Seen:
#   before: ConfigurationException, names the key: True
#   after: ClusterShardingSettings
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
    <PackageReference Include="Akka.Cluster.Sharding" Version="1.5.73" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;

using var system = ActorSystem.Create("finding", ConfigurationFactory.ParseString("""
    akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster }
    akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
    """));
Console.WriteLine($"before: {Create()}");
ClusterSharding.Get(system);
Console.WriteLine($"after: {Create()}");

string Create()
{
    try
    {
        return ClusterShardingSettings.Create(system).GetType().Name;
    }
    catch (Exception e)
    {
        return $"{e.GetType().Name}, names the key: {e.Message.Contains("akka.cluster.sharding")}";
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
before: ConfigurationException, names the key: True
after: ClusterShardingSettings
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
