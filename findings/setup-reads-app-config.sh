#!/usr/bin/env bash
# Akka 1.5.74, ActorSystem.Create(string, ActorSystemSetup).
#
# Behaviour: An actor system that is made with an ActorSystemSetup reads the section "akka" of App.config, although its
# BootstrapSetup has a configuration, and nothing of that section is used. ActorSystem.Create with the same
# configuration alone does not read it.
#
# One would have guessed: App.config is read only if there is no configuration.
#
# Seen:
#   Config: App.config was read: False, loglevel OFF
#   BootstrapSetup with the same Config: App.config was read: True, loglevel OFF
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

cat > App.config <<'EOF'
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <configSections>
    <section name="akka" type="NotedSection, finding" />
  </configSections>
  <akka>
    <hocon>akka.loglevel = ERROR</hocon>
  </akka>
</configuration>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Configuration.Hocon;

var config = ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF");
Print("Config", () => ActorSystem.Create("finding", config));
Print("BootstrapSetup with the same Config",
    () => ActorSystem.Create("finding", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config))));

static void Print(string what, Func<ActorSystem> create)
{
    NotedSection.IsRead = false;
    using var system = create();
    Console.WriteLine($"{what}: App.config was read: {NotedSection.IsRead}, loglevel {system.Settings.LogLevel}");
}

/// <summary>Akka's own section, which notes that it is made.</summary>
public sealed class NotedSection : AkkaConfigurationSection
{
    public NotedSection() => IsRead = true;

    public static bool IsRead { get; set; }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
Config: App.config was read: False, loglevel OFF
BootstrapSetup with the same Config: App.config was read: True, loglevel OFF
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
