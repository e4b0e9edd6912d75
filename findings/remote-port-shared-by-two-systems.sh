#!/usr/bin/env bash
# Akka.Remote 1.5.74 (DotNetty transport) on Linux, .NET 10.
#
# Behaviour: Two actor systems can listen on the same port; neither start fails. The kernel gives each new connection
# to one of them, so associations with the first system are lost when they reach the second. The cause is
# tcp-reuse-addr, which is on by default outside Windows: .NET then sets SO_REUSEPORT, too. With tcp-reuse-addr = off
# the second start fails.
#
# One would have guessed: The second start fails: the address is in use.
#
# Seen:
#   tcp-reuse-addr = off-for-windows: both systems started, same port: True
#   tcp-reuse-addr = off: SocketException for the second system
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
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;

foreach (string reuse in new[] { "off-for-windows", "off" })
{
    string more = $"akka.remote.dot-netty.tcp.tcp-reuse-addr = {reuse}";
    using var first = Remote.Start("first", more: more);
    try
    {
        using var second = Remote.Start("second", Remote.Address(first).Port!.Value, more);
        bool isSame = Remote.Address(second).Port == Remote.Address(first).Port;
        Console.WriteLine($"tcp-reuse-addr = {reuse}: both systems started, same port: {isSame}");
    }
    catch (AggregateException refused)
    {
        Console.WriteLine($"tcp-reuse-addr = {reuse}: {Innermost(refused).GetType().Name} for the second system");
    }
}

static Exception Innermost(Exception cause) => cause.InnerException is { } inner ? Innermost(inner) : cause;

internal static class Remote
{
    /// <summary>An actor system with remoting on a port of this machine; 0 is any free one.</summary>
    public static ActorSystem Start(string name, int port = 0, string more = "") => ActorSystem.Create(name, $$"""
        akka.loglevel = OFF, akka.stdout-loglevel = OFF
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
        {{more}}
        """);

    public static Address Address(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
tcp-reuse-addr = off-for-windows: both systems started, same port: True
tcp-reuse-addr = off: SocketException for the second system
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
