#!/usr/bin/env bash
# Akka.Remote 1.5.74, Status.Failure as the answer to Ask.
#
# Behaviour: An exception of .NET arrives with its type and message. One of the application's own types arrives as no
# exception at all: the asker gets a TaskCanceledException that says nothing of it. The sender is not told either.
#
# One would have guessed: An own exception arrives as itself, or at least as an exception with its message.
#
# Seen:
#   InvalidOperationException: InvalidOperationException: 7 missing
#   NotEnoughMoneyException: TaskCanceledException: Task cancelled by actor via Failure message.
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

using var server = Remote.Start("server");
using var client = Remote.Start("client");
server.ActorOf(Props.Create(() => new Failing()), "failing");
var failing = client.ActorSelection($"{Remote.Address(server)}/user/failing");
foreach (string kind in new[] { "InvalidOperationException", "NotEnoughMoneyException" })
{
    try
    {
        await failing.Ask(kind);
    }
    catch (Exception cause)
    {
        Console.WriteLine($"{kind}: {cause.GetType().Name}: {cause.Message}");
    }
}

internal sealed class NotEnoughMoneyException(string message) : Exception(message);

internal sealed class Failing : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(new Status.Failure(message switch
    {
        "NotEnoughMoneyException" => new NotEnoughMoneyException("7 missing"),
        _ => new InvalidOperationException("7 missing"),
    }));
}

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
InvalidOperationException: InvalidOperationException: 7 missing
NotEnoughMoneyException: TaskCanceledException: Task cancelled by actor via Failure message.
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
