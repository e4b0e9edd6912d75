#!/usr/bin/env bash
# Akka.Remote 1.5.74, its ProtobufSerializer, Google.Protobuf 3.36.2.
#
# Behaviour: The manifest of a protobuf message is the name of its C# class and assembly. The full name that the
# .proto file gives it is refused. So a message that moves to another namespace or assembly cannot be read from a
# journal, although its bytes are the same.
#
# One would have guessed: The manifest is the protobuf name, google.protobuf.Timestamp, which is there for that and
# the same in all languages.
#
# Seen:
#   Google.Protobuf.WellKnownTypes.Timestamp, Google.Protobuf: read
#   google.protobuf.Timestamp: refused
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
    <PackageReference Include="Akka.Remote" Version="1.5.74" />
    <PackageReference Include="Google.Protobuf" Version="3.36.2" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf.WellKnownTypes;

using var system = ActorSystem.Create("finding", """
    akka.loglevel = OFF, akka.stdout-loglevel = OFF
    akka.actor.provider = remote
    akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
    """);
var message = new Timestamp { Seconds = 5 };
var serializer = system.Serialization.FindSerializerFor(message);
byte[] bytes = serializer.ToBinary(message);
foreach (string manifest in new[] { Serialization.ManifestFor(serializer, message), Timestamp.Descriptor.FullName })
{
    string result;
    try
    {
        object read = system.Serialization.Deserialize(bytes, serializer.Identifier, manifest);
        result = read.Equals(message) ? "read" : "differs";
    }
    catch (SerializationException)
    {
        result = "refused";
    }
    Console.WriteLine($"{manifest}: {result}");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
Google.Protobuf.WellKnownTypes.Timestamp, Google.Protobuf: read
google.protobuf.Timestamp: refused
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
