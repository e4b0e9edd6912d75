#!/usr/bin/env bash
# Akka.Hosting 1.5.74.
#
# Behaviour: If an actor of the builder cannot be started, the exception with its stack trace is written to standard
# output, although it is also logged, and thrown by the start of the host.
#
# One would have guessed: Whoever starts the host has the exception, and decides what is written where.
#
# Seen:
#   the start fails with: no such plugin
#   on standard output: Unable to start AkkaHostedService - shutting down application.
#   on standard output: a stack trace
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
    <PackageReference Include="Akka.Hosting" Version="1.5.74" />
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="9.0.0" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Hosting;
using Microsoft.Extensions.Hosting;

var standardOutput = Console.Out;
using var written = new StringWriter();
Console.SetOut(written);
using var host = new HostBuilder().ConfigureServices(services =>
    services.AddAkka("finding", (builder, _) => builder
        .AddHocon("akka.loglevel = OFF, akka.stdout-loglevel = OFF", HoconAddMode.Prepend)
        .WithActors(Fail))).Build();
try
{
    await host.StartAsync();
}
catch (InvalidOperationException e)
{
    standardOutput.WriteLine($"the start fails with: {e.Message}");
}
foreach (var line in written.ToString().Split('\n'))
{
    if (line.StartsWith("Unable to start"))
        standardOutput.WriteLine($"on standard output: {line.Trim()}");
}
if (written.ToString().Contains("   at "))
    standardOutput.WriteLine("on standard output: a stack trace");

static Task Fail(Akka.Actor.ActorSystem system, IActorRegistry registry) =>
    throw new InvalidOperationException("no such plugin");
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
the start fails with: no such plugin
on standard output: Unable to start AkkaHostedService - shutting down application.
on standard output: a stack trace
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
