#!/usr/bin/env bash
# Akka.Serialization.Hyperion 1.5.73 with Hyperion 0.12.2, Akka 1.5.74.
#
# Behaviour: With akka.actor.serialization-settings.hyperion.allowed-types, a type in the list can be read, but not
# written: writing it fails as if it were not in the list. So a node with such a list can send and persist nothing
# through this serializer.
#
# One would have guessed: A type in the list can be written and read.
#
# Seen:
#   no list: written and read: Order 7
#   Order is listed: read: Order 7
#   Order is not listed: read: UserEvilDeserializationException
#   Order is listed: written: UserEvilDeserializationException
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
using Akka.Serialization;

var order = new Order { Number = 7 };
byte[] bytes = Make().ToBinary(order);
Console.WriteLine($"no list: written and read: {Try(() => Read(Make(), Make().ToBinary(order)))}");
Console.WriteLine($"Order is listed: read: {Try(() => Read(Make("Order, finding"), bytes))}");
Console.WriteLine($"Order is not listed: read: {Try(() => Read(Make("Other, finding"), bytes))}");
Console.WriteLine($"Order is listed: written: {Try(() => $"{Make("Order, finding").ToBinary(order).Length > 0}")}");

static string Read(Serializer serializer, byte[] bytes) =>
    $"Order {((Order)serializer.FromBinary(bytes, typeof(Order))).Number}";

static string Try(Func<string> act)
{
    try
    {
        return act();
    }
    catch (Exception refused)
    {
        return refused.GetBaseException().GetType().Name;
    }
}

static Serializer Make(params string[] allowed)
{
    string key = "akka.actor.serialization-settings.hyperion.allowed-types";
    string list = allowed.Length == 0 ? "" : $"{key} = [ \"{allowed[0]}\" ]";
    var system = ActorSystem.Create("finding", $$"""
        akka.loglevel = OFF, akka.stdout-loglevel = OFF
        akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
        akka.actor.serialization-bindings { "System.Object" = hyperion }
        {{list}}
        """);
    return system.Serialization.FindSerializerForType(typeof(Order));
}

public sealed class Order
{
    public int Number { get; set; }
}

public sealed class Other
{
    public int Number { get; set; }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
no list: written and read: Order 7
Order is listed: read: Order 7
Order is not listed: read: UserEvilDeserializationException
Order is listed: written: UserEvilDeserializationException
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
