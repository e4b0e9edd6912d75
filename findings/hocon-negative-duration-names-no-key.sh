#!/usr/bin/env bash
# Akka 1.5.74, Config.GetTimeSpan.
#
# Behaviour: A negative duration is a FormatException that does not name the key.
#
# One would have guessed: A negative duration, or an error that names the key.
#
# Seen:
#   5 s: 00:00:05
#   -5 s: FormatException, names the key: False
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
    <PackageReference Include="Akka" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Configuration;

foreach (var text in new[] { "5 s", "-5 s" })
{
    var config = ConfigurationFactory.ParseString($"my.timeout = {text}");
    try
    {
        Console.WriteLine($"{text}: {config.GetTimeSpan("my.timeout")}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{text}: {e.GetType().Name}, names the key: {e.Message.Contains("timeout")}");
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
5 s: 00:00:05
-5 s: FormatException, names the key: False
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
