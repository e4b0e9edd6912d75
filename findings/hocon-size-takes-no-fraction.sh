#!/usr/bin/env bash
# Akka 1.5.74, Config.GetTimeSpan and Config.GetByteSize.
#
# Behaviour: A duration may have a fraction, and a size may not: 1.5 s is read, 1.5 MiB is a FormatException that names
# no key. Of the units of HOCON, microseconds and weeks are not read, nor is the form "min".
#
# One would have guessed: Both are read alike, with the units that the HOCON specification lists.
#
# Seen:
#   1.5 s: 00:00:01.5000000
#   2 minutes: 00:02:00
#   2 min: FormatException
#   100 us: FormatException
#   1 week: FormatException
#   1 MiB: 1048576
#   1.5 MiB: FormatException, names the key: False
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

foreach (var text in new[] { "1.5 s", "2 minutes", "2 min", "100 us", "1 week" })
{
    var config = ConfigurationFactory.ParseString($"my.value = {text}");
    try
    {
        Console.WriteLine($"{text}: {config.GetTimeSpan("my.value")}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{text}: {e.GetType().Name}");
    }
}
foreach (var text in new[] { "1 MiB", "1.5 MiB" })
{
    var config = ConfigurationFactory.ParseString($"my.value = {text}");
    try
    {
        Console.WriteLine($"{text}: {config.GetByteSize("my.value")}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{text}: {e.GetType().Name}, names the key: {e.Message.Contains("my.value")}");
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
1.5 s: 00:00:01.5000000
2 minutes: 00:02:00
2 min: FormatException
100 us: FormatException
1 week: FormatException
1 MiB: 1048576
1.5 MiB: FormatException, names the key: False
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
