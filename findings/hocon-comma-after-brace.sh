#!/usr/bin/env bash
# Akka 1.5.74, ConfigurationFactory (the HOCON reader in Akka.dll).
#
# Behaviour: A comma after the closing brace of a nested object is refused when the object follows its key without :
# or =. The same comma is read when the object was assigned, when a plain value ends there, or as an element of a
# list.
#
# One would have guessed: The comma is read everywhere, as the HOCON specification says and Typesafe config does.
#
# Seen:
#   a { b { x = 1 }, c = 2 }  ->  Unknown token at position 15:
#   a { b = { x = 1 }, c = 2 }  ->  c = 2
#   a { b : { x = 1 }, c = 2 }  ->  c = 2
#   a { b { x = 1 }\n c = 2 }  ->  c = 2
#   a { l = [ { x = 1 }, { x = 3 } ], c = 2 }  ->  c = 2
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
using Akka.Configuration;

foreach (string text in new[]
{
    "a { b { x = 1 }, c = 2 }", "a { b = { x = 1 }, c = 2 }", "a { b : { x = 1 }, c = 2 }", "a { b { x = 1 }\n c = 2 }",
    "a { l = [ { x = 1 }, { x = 3 } ], c = 2 }",
})
{
    string read;
    try
    {
        read = $"c = {ConfigurationFactory.ParseString(text).GetInt("a.c")}";
    }
    catch (FormatException refused)
    {
        read = refused.Message.Split('\n')[0].Trim();
    }
    Console.WriteLine($"{text.Replace("\n", "\\n")}  ->  {read}");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
a { b { x = 1 }, c = 2 }  ->  Unknown token at position 15:
a { b = { x = 1 }, c = 2 }  ->  c = 2
a { b : { x = 1 }, c = 2 }  ->  c = 2
a { b { x = 1 }\n c = 2 }  ->  c = 2
a { l = [ { x = 1 }, { x = 3 } ], c = 2 }  ->  c = 2
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
