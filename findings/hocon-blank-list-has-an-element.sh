#!/usr/bin/env bash
# Akka 1.5.74.
#
# Behaviour: A list in HOCON with a space, a line break or a comment between its brackets, and nothing else, is read as
# a list with one element. As a text, this element is null.
#
# One would have guessed: [ ] is the empty list, as [] is.
#
# Seen:
#   list = []: 0 values, 0 texts
#   list = [ ]: 1 value, 1 text: null
#   list = [ # none ]: 1 value, 1 text: null
#   list = [ "a" ]: 1 value, 1 text: a
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

foreach (string text in (string[])["list = []", "list = [ ]", "list = [ # none\n ]", "list = [ \"a\" ]"])
{
    var config = ConfigurationFactory.ParseString(text);
    int values = config.GetValue("list").GetArray().Count;
    var texts = config.GetStringList("list").Select(element => element ?? "null").ToList();
    Console.WriteLine($"{text.Replace("\n", "")}: {values} value{(values == 1 ? "" : "s")}, {texts.Count} "
        + $"text{(texts.Count == 1 ? ": " : "s")}{string.Join(", ", texts)}");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
list = []: 0 values, 0 texts
list = [ ]: 1 value, 1 text: null
list = [ # none ]: 1 value, 1 text: null
list = [ "a" ]: 1 value, 1 text: a
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
