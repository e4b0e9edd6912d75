#!/usr/bin/env bash
# Akka.Hosting 1.5.74, AddHocon with HoconAddMode.Replace.
#
# Behaviour: Replace keeps what was added before: a key that the new HOCON does not have is still there.
#
# One would have guessed: Replace throws away what was added before, as its name says.
#
# Seen:
#   both: later
#   earlier-only: there
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

const string earlier = "both = earlier, earlier-only = there, akka.loglevel = OFF, akka.stdout-loglevel = OFF";
using var host = new HostBuilder().ConfigureServices(services => services.AddAkka("finding", builder => builder
    .AddHocon(earlier, HoconAddMode.Prepend)
    .AddHocon("both = later", HoconAddMode.Replace))).Build();
await host.StartAsync();
var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;
Console.WriteLine($"both: {config.GetString("both", "gone")}");
Console.WriteLine($"earlier-only: {config.GetString("earlier-only", "gone")}");
await host.StopAsync();
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
both: later
earlier-only: there
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
