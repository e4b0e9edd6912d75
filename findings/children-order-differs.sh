#!/usr/bin/env bash
# Akka 1.5.74, Context.GetChildren.
#
# Behaviour: The order of Context.GetChildren() is neither that of creation nor that of names. It follows string hash
# codes, which .NET draws anew for each process: the same program has another order in each run.
#
# One would have guessed: The order of creation, or at least the same order in each run.
#
# Seen:
#   jfkgalchbied
#   lakdfigbhjec
#   gkchlbdfijae
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
Console.WriteLine(await system.ActorOf(Props.Create(() => new Parent())).Ask<string>("children"));

internal sealed class Parent : UntypedActor
{
    protected override void OnReceive(object message)
    {
        foreach (char name in "abcdefghijkl")
            Context.ActorOf(Props.Create(() => new Child()), name.ToString());
        Sender.Tell(string.Concat(Context.GetChildren().Select(child => child.Path.Name)));
    }
}

internal sealed class Child : UntypedActor
{
    protected override void OnReceive(object message) => Unhandled(message);
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
orders=$(for _ in 1 2 3; do timeout 60 dotnet bin/Release/net10.0/finding.dll 2>&1 || echo "(exit code $?)"; done)
different=$(sort -u <<< "$orders" | wc -l)
created=$(grep -c '^abcdefghijkl$' <<< "$orders" || true)
seen="$(wc -l <<< "$orders") runs, $different orders, $created of them that of creation"
expected=$(cat <<'EOF'
3 runs, 3 orders, 0 of them that of creation
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
