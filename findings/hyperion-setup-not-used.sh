#!/usr/bin/env bash
# Akka.Serialization.Hyperion 1.5.73 with Hyperion 0.12.2, Akka 1.5.74.
#
# Behaviour: A HyperionSerializerSetup that the actor system is made with shows in HyperionSerializer.Settings, but
# nothing is written by it: the bytes are those without known types. The same settings in HOCON are used.
#
# One would have guessed: A setup counts more than HOCON, as each Setup of Akka.NET does, and Settings says what is
# used.
#
# Seen:
#   nothing: NoKnownTypes, 54 bytes
#   HOCON: KnownTypes, 8 bytes
#   setup: KnownTypes, 54 bytes
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
    <PackageReference Include="Akka.Serialization.Hyperion" Version="1.5.73" />
    <PackageReference Include="Hyperion" Version="0.12.2" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Serialization;
using Akka.Serialization.Hyperion;

const string Hyperion = """
    akka.loglevel = OFF, akka.stdout-loglevel = OFF
    akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
    akka.actor.serialization-bindings { "System.Object" = hyperion }
    """;
Print("nothing", "", null);
Print("HOCON", "akka.actor.serialization-settings.hyperion.known-types-provider = \"KnownTypes, finding\"", null);
Print("setup", "", HyperionSerializerSetup.Create(true, true, typeof(KnownTypes)));

static void Print(string what, string hocon, HyperionSerializerSetup? setup)
{
    var config = BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($"{Hyperion}\n{hocon}"));
    var all = setup is null ? ActorSystemSetup.Create(config) : config.And(setup);
    using var system = ActorSystem.Create("finding", all);
    var serializer = (HyperionSerializer)system.Serialization.FindSerializerForType(typeof(Message));
    int bytes = serializer.ToBinary(new Message()).Length;
    Console.WriteLine($"{what}: {serializer.Settings.KnownTypesProvider.Name}, {bytes} bytes");
}

public sealed class Message
{
    public int Number { get; set; }
}

public sealed class KnownTypes : IKnownTypesProvider
{
    public IEnumerable<Type> GetKnownTypes() => [typeof(Message)];
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
nothing: NoKnownTypes, 54 bytes
HOCON: KnownTypes, 8 bytes
setup: KnownTypes, 54 bytes
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
