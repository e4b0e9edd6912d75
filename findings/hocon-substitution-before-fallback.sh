#!/usr/bin/env bash
# Akka 1.5.74, ConfigurationFactory (the HOCON reader in Akka.dll).
#
# Behaviour: Substitutions are resolved while one text is parsed. A fallback or an environment variable never gives
# the value: ${a} is refused, and ${?a} is null, although the fallback has a.
#
# One would have guessed: A substitution is resolved once all layers are merged, then from the environment, as in
# Typesafe config.
#
# Seen:
#   b = ${a}  ->  Unresolved substitution: a
#   b = ${?a}  ->  null
#   b = ${FINDING_VALUE}  ->  Unresolved substitution: FINDING_VALUE
#   b = ${?FINDING_VALUE}  ->  null
#   a = 1, b = ${a}  ->  1
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

Environment.SetEnvironmentVariable("FINDING_VALUE", "7");
var fallback = ConfigurationFactory.ParseString("a = 1");
foreach (string text in new[]
{
    "b = ${a}", "b = ${?a}", "b = ${FINDING_VALUE}", "b = ${?FINDING_VALUE}", "a = 1, b = ${a}",
})
{
    string read;
    try
    {
        read = ConfigurationFactory.ParseString(text).WithFallback(fallback).GetString("b") ?? "null";
    }
    catch (FormatException refused)
    {
        read = refused.Message;
    }
    Console.WriteLine($"{text}  ->  {read}");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
b = ${a}  ->  Unresolved substitution: a
b = ${?a}  ->  null
b = ${FINDING_VALUE}  ->  Unresolved substitution: FINDING_VALUE
b = ${?FINDING_VALUE}  ->  null
a = 1, b = ${a}  ->  1
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
