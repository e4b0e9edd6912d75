#!/usr/bin/env bash
# Hyperion 0.12.2 with Akka.Serialization.Hyperion 1.5.73, Akka 1.5.74.
#
# Behaviour: Fields are matched by position, version-tolerance = true or not. When a property was removed, the next
# one silently gets its value. When one was added, reading fails.
#
# One would have guessed: Fields are matched by name: the removed one is skipped, and the added one has its default.
# The setting says so.
#
# Seen:
#   written: Account { Balance = 100, Fee = 2, Limit = 500 }
#   without Fee: read: Account { Balance = 100, Limit = 2 }
#   with Owner: read: SerializationException
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

using var system = ActorSystem.Create("finding", """
    akka.loglevel = OFF, akka.stdout-loglevel = OFF
    akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
    akka.actor.serialization-bindings { "System.Object" = hyperion }
    akka.actor.serialization-settings.hyperion.version-tolerance = true
    """);
var serializer = system.Serialization.FindSerializerForType(typeof(Account));
string file = args[1];
if (args[0] == "write")
{
    var account = new Account { Balance = 100, Limit = 500 };
#if !FEWER
    account.Fee = 2;
#endif
    Console.WriteLine($"written: {account}");
    File.WriteAllBytes(file, serializer.ToBinary(account));
}
else
{
    try
    {
        Console.WriteLine($"read: {serializer.FromBinary(File.ReadAllBytes(file), typeof(Account))}");
    }
    catch (Exception refused)
    {
        Console.WriteLine($"read: {refused.GetType().Name}");
    }
}

internal sealed record Account
{
    public int Balance { get; set; }
#if !FEWER
    public int Fee { get; set; }
#endif
    public int Limit { get; set; }
#if MORE
    public int Owner { get; set; }
#endif
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
run() { timeout 60 dotnet bin/Release/net10.0/finding.dll "$@" account.bin 2>&1 || echo "(exit code $?)"; }
build() {
  dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false -p:DefineConstants="$1" > build.log 2>&1 \
    || { cat build.log >&2; exit 1; }
}
seen=$(run write)
build FEWER
seen+=$'\n'"without Fee: $(run read)"
build MORE
seen+=$'\n'"with Owner: $(run read)"
expected=$(cat <<'EOF'
written: Account { Balance = 100, Fee = 2, Limit = 500 }
without Fee: read: Account { Balance = 100, Limit = 2 }
with Owner: read: SerializationException
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
