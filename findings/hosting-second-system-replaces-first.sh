#!/usr/bin/env bash
# Akka.Hosting 1.5.74, AddAkka called twice in one container.
#
# Behaviour: The first actor system is never made, and neither are its actors. Nothing is logged and nothing fails.
#
# One would have guessed: Either both are started, or the second call throws.
#
# Seen:
#   actor systems in the container: 1
#   started: second
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
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var started = new List<string>();
using var host = new HostBuilder().ConfigureServices(services =>
{
    foreach (string name in new[] { "first", "second" })
    {
        services.AddAkka(name, builder => builder
            .AddHocon("akka.loglevel = OFF, akka.stdout-loglevel = OFF", HoconAddMode.Prepend)
            .WithActors((system, _) => started.Add(system.Name)));
    }
}).Build();
await host.StartAsync();
var systems = host.Services.GetServices<ActorSystem>().Select(system => system.Name).Distinct();
Console.WriteLine($"actor systems in the container: {systems.Count()}");
Console.WriteLine($"started: {string.Join(", ", started)}");
await host.StopAsync();
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
actor systems in the container: 1
started: second
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
