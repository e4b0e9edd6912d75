#!/usr/bin/env bash
# Akka and Akka.Persistence 1.5.74, ActorSystem.Serialization.
#
# Behaviour: A serializer that was added by AddSerializer and AddSerializationMap is gone once an extension injects
# its defaults, as Akka.Persistence does when it is first used: system.Serialization is then another object, made from
# the configuration alone.
#
# One would have guessed: Serializers that were added stay for the life of the actor system.
#
# Seen:
#   before: OwnSerializer
#   after: NewtonSoftJsonSerializer
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
    <PackageReference Include="Akka.Persistence" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Persistence;
using Akka.Serialization;

using var system = ActorSystem.Create("finding", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
var own = new OwnSerializer((ExtendedActorSystem)system);
system.Serialization.AddSerializer("own", own);
system.Serialization.AddSerializationMap(typeof(Message), own);
Console.WriteLine($"before: {system.Serialization.FindSerializerFor(new Message()).GetType().Name}");
Persistence.Instance.Apply(system);
Console.WriteLine($"after: {system.Serialization.FindSerializerFor(new Message()).GetType().Name}");

internal sealed record Message;

internal sealed class OwnSerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override int Identifier => 4001;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, Type type) => new Message();
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
before: OwnSerializer
after: NewtonSoftJsonSerializer
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
