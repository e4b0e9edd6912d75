#!/usr/bin/env bash
# Akka 1.5.74, .NET 10 on Linux.
#
# Behaviour: The first actor of a process loads OpenSSL. An actor's number is random, and the generator of these numbers
# takes its seed from the cryptographic generator of .NET. An actor system without TLS has OpenSSL in its memory, too:
# some 5 MiB with System.Security.Cryptography.
#
# One would have guessed: OpenSSL is loaded by a process that uses TLS or hashes. Guid.NewGuid and Random.Shared, which
# are random, too, load no OpenSSL.
#
# Seen:
#   random numbers and GUIDs of .NET: OpenSSL is not loaded
#   an actor system: OpenSSL is loaded
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

var config = ConfigurationFactory.ParseString("akka.loglevel = OFF");
_ = Random.Shared.Next();
_ = Guid.NewGuid();
Console.WriteLine($"random numbers and GUIDs of .NET: {OpenSsl()}");
using var system = ActorSystem.Create("finding", config);
Console.WriteLine($"an actor system: {OpenSsl()}");

static string OpenSsl() =>
    File.ReadAllText("/proc/self/maps").Contains("/libcrypto.so") ? "OpenSSL is loaded" : "OpenSSL is not loaded";
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
random numbers and GUIDs of .NET: OpenSSL is not loaded
an actor system: OpenSSL is loaded
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
