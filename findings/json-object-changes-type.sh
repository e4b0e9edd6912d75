#!/usr/bin/env bash
# Akka 1.5.74, the default serializer (Newtonsoft.Json).
#
# Behaviour: A value in a property of type object comes back as int, long, float, double and decimal as it was. short,
# byte, uint, ulong and enums come back as Int64, a DateTimeOffset or a string that looks like a time as a DateTime, a
# Guid as a string. A property that was null comes back with the value of its initialiser.
#
# One would have guessed: The types that are simple come back all, or only those that JSON has: the serializer marks
# int, float and decimal for it.
#
# Seen:
#   Int32 -> Int32
#   Int64 -> Int64
#   Single -> Single
#   Double -> Double
#   Decimal -> Decimal
#   Int16 -> Int64
#   Byte -> Int64
#   UInt32 -> Int64
#   UInt64 -> Int64
#   DayOfWeek -> Int64
#   DateTimeOffset -> DateTime
#   String -> DateTime
#   String -> String
#   Guid -> String
#   null -> value of the initialiser
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

using var system = ActorSystem.Create("finding", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
object[] values =
[
    1, 1L, 1.5f, 1.5, 1.5m, (short)1, (byte)1, 1u, 1ul, DayOfWeek.Friday, DateTimeOffset.UnixEpoch,
    "2026-01-31T12:00:00Z", "2026-01-31", Guid.Empty,
];
foreach (object value in values)
{
    object back = ((Box)RoundTrip(new Box(value))).Value;
    Console.WriteLine($"{value.GetType().Name} -> {back.GetType().Name}");
}
Console.WriteLine($"null -> {((Named)RoundTrip(new Named { Name = null })).Name}");

object RoundTrip(object message)
{
    var serializer = system.Serialization.FindSerializerFor(message);
    return serializer.FromBinary(serializer.ToBinary(message), message.GetType());
}

internal sealed record Box(object Value);

internal sealed record Named
{
    public string? Name { get; init; } = "value of the initialiser";
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
Int32 -> Int32
Int64 -> Int64
Single -> Single
Double -> Double
Decimal -> Decimal
Int16 -> Int64
Byte -> Int64
UInt32 -> Int64
UInt64 -> Int64
DayOfWeek -> Int64
DateTimeOffset -> DateTime
String -> DateTime
String -> String
Guid -> String
null -> value of the initialiser
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
