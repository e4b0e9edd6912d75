#!/usr/bin/env bash
# Akka 1.5.74, ConfigurationFactory (the HOCON reader in Akka.dll).
#
# Behaviour: a = default, then a = ${?OVERRIDE}: without OVERRIDE the key a is there and empty, and its default is
# gone. With the environment variable OVERRIDE it is empty, too.
#
# One would have guessed: This is how a file lets the environment override a default, as with Typesafe config: the
# default stays when nothing is set.
#
# Seen:
#   variable not set: has host True, host ''
#   variable 10.0.0.1: has host True, host ''
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

const string Text = "host = 127.0.0.1\nhost = ${?FINDING_HOST}";
foreach (string? variable in new[] { null, "10.0.0.1" })
{
    Environment.SetEnvironmentVariable("FINDING_HOST", variable);
    var config = ConfigurationFactory.ParseString(Text);
    string what = variable is null ? "variable not set" : $"variable {variable}";
    Console.WriteLine($"{what}: has host {config.HasPath("host")}, host '{config.GetString("host")}'");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
variable not set: has host True, host ''
variable 10.0.0.1: has host True, host ''
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
