#!/usr/bin/env bash
# Akka 1.5.74, ConfigurationFactory (the HOCON reader in Akka.dll).
#
# Behaviour: list += element adds nothing, and ${base} { more } keeps only what more says. Both are read without an
# error.
#
# One would have guessed: The list grows by one and the object has both parts, as in Typesafe config, or the text is
# refused.
#
# Seen:
#   seeds after += : a
#   retries 4, timeout null
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
using Akka.Configuration;

var list = ConfigurationFactory.ParseString("seeds = [ a ]\nseeds += b");
Console.WriteLine($"seeds after += : {string.Join(", ", list.GetStringList("seeds"))}");
var extended = ConfigurationFactory.ParseString("base { timeout = 5, retries = 3 }\nmine = ${base} { retries = 4 }");
Console.WriteLine($"retries {extended.GetInt("mine.retries")}, timeout {extended.GetString("mine.timeout") ?? "null"}");
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
seeds after += : a
retries 4, timeout null
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
