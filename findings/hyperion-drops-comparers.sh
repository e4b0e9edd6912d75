#!/usr/bin/env bash
# Hyperion 0.12.2 with Akka.Serialization.Hyperion 1.5.73, Akka 1.5.74.
#
# Behaviour: A dictionary or a set comes back without its comparer: a key that was found before is not found after. A
# comparer in a field of one's own comes back as it was. Neither writing nor reading reports it.
#
# One would have guessed: Hyperion keeps the whole graph of objects. It keeps each comparer or none.
#
# Seen:
#   Dictionary finds the key: True, then False
#   HashSet finds the key: True, then False
#   ImmutableDictionary finds the key: True, then False
#   own field ignores case: True, then True
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
using System.Collections.Immutable;
using Akka.Actor;

var ignoreCase = StringComparer.OrdinalIgnoreCase;
using var system = ActorSystem.Create("finding", """
    akka.loglevel = OFF, akka.stdout-loglevel = OFF
    akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
    akka.actor.serialization-bindings { "System.Object" = hyperion }
    """);
var dictionary = new Dictionary<string, int>(ignoreCase) { ["Key"] = 1 };
Print("Dictionary finds the key", dictionary, it => it.ContainsKey("KEY"));
var set = new HashSet<string>(ignoreCase) { "Key" };
Print("HashSet finds the key", set, it => it.Contains("KEY"));
var immutable = ImmutableDictionary.Create<string, int>(ignoreCase).Add("Key", 1);
Print("ImmutableDictionary finds the key", immutable, it => it.ContainsKey("KEY"));
var own = new Holder { Comparer = ignoreCase };
Print("own field ignores case", own, it => it.Comparer.Equals("a", "A"));

void Print<T>(string what, T value, Predicate<T> holds)
    where T : class
{
    var serializer = system.Serialization.FindSerializerFor(value);
    var back = (T)serializer.FromBinary(serializer.ToBinary(value), typeof(T));
    Console.WriteLine($"{what}: {holds(value)}, then {holds(back)}");
}

internal sealed class Holder
{
    public required StringComparer Comparer { get; init; }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
Dictionary finds the key: True, then False
HashSet finds the key: True, then False
ImmutableDictionary finds the key: True, then False
own field ignores case: True, then True
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
