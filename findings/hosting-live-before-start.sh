#!/usr/bin/env bash
# Akka.Hosting 1.5.74, WithActorSystemLivenessCheck.
#
# Behaviour: The built-in check is Healthy while the actors of the builder are still being started, and the host is not
# up yet.
#
# One would have guessed: It is unhealthy, or at least degraded, until the start has ended.
#
# Seen:
#   the host is up: False
#   checks: 1, Healthy
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
    <PackageReference Include="Microsoft.Extensions.Diagnostics.HealthChecks" Version="9.0.0" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

var go = new TaskCompletionSource();
using var host = new HostBuilder().ConfigureServices(services =>
{
    services.AddHealthChecks();
    services.AddAkka("finding", builder => builder
        .AddHocon("akka.loglevel = OFF, akka.stdout-loglevel = OFF", HoconAddMode.Prepend)
        .WithActorSystemLivenessCheck()
        .WithActors(async (_, _) => await go.Task));
}).Build();
var starting = host.StartAsync();
var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
Console.WriteLine($"the host is up: {starting.IsCompleted}");
Console.WriteLine($"checks: {report.Entries.Count}, {report.Status}");
go.SetResult();
await starting;
await host.StopAsync();
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
the host is up: False
checks: 1, Healthy
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
