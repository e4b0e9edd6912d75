#!/usr/bin/env bash
# Akka.Hosting.TestKit 1.5.74 beside Akka.TestKit.Xunit2 1.5.74.
#
# Behaviour: Akka.Hosting.TestKit is built on xunit 3. A project that has xunit 2, too, has the type FactAttribute
# twice: the specs of a host need a test project of their own.
#
# One would have guessed: Both test kits of one release are for one xunit.
#
# Seen:
#   Akka.Hosting.TestKit: xunit.v3.assert, xunit.v3.core
#   Akka.TestKit.Xunit2: xunit.abstractions, xunit.assert, xunit.core
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
    <PackageReference Include="Akka.Hosting.TestKit" Version="1.5.74" />
    <PackageReference Include="Akka.TestKit.Xunit2" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Reflection;

foreach (string kit in new[] { "Akka.Hosting.TestKit", "Akka.TestKit.Xunit2" })
{
    var references = Assembly.Load(kit).GetReferencedAssemblies().Select(name => name.Name!);
    var xunits = references.Where(name => name.StartsWith("xunit", StringComparison.Ordinal)).Order();
    Console.WriteLine($"{kit}: {string.Join(", ", xunits)}");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
Akka.Hosting.TestKit: xunit.v3.assert, xunit.v3.core
Akka.TestKit.Xunit2: xunit.abstractions, xunit.assert, xunit.core
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
