#!/usr/bin/env bash
# Akka 1.5.74, Settings.InjectTopLevelFallback.
#
# Behaviour: Of two defaults that are injected for one key the later counts. An extension that is loaded later
# overrides the defaults of those before it.
#
# One would have guessed: The later goes behind what is there already: the first counts, as with WithFallback.
#
# Seen:
#   injected: second
#   the application's: application
#   WithFallback: first
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

using var system = ActorSystem.Create("finding", "akka.loglevel = OFF, akka.stdout-loglevel = OFF, own = application");
foreach (string name in new[] { "first", "second" })
    system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString($"key = {name}, own = {name}"));
Console.WriteLine($"injected: {system.Settings.Config.GetString("key")}");
Console.WriteLine($"the application's: {system.Settings.Config.GetString("own")}");
var both = ConfigurationFactory.ParseString("key = first")
    .WithFallback(ConfigurationFactory.ParseString("key = second"));
Console.WriteLine($"WithFallback: {both.GetString("key")}");
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
injected: second
the application's: application
WithFallback: first
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
