#!/usr/bin/env bash
# Akka.Remote 1.5.74 (DotNetty transport).
#
# Behaviour: When the process of the other node is killed, the event stream has two DisassociatedEvents for one
# AssociatedEvent.
#
# One would have guessed: One: the events come in pairs, so that a counter of links is right.
#
# Seen:
#   AssociatedEvent, DisassociatedEvent, DisassociatedEvent
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
using System.Diagnostics;
using Akka.Actor;
using Akka.Remote;

if (args is ["other"])
{
    using var other = Remote.Start("other");
    other.ActorOf(Props.Create(() => new Echo()), "echo");
    Console.WriteLine(Remote.Address(other));
    // Ends with its parent at the latest.
    Console.ReadLine();
    return;
}

var start = new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], "other"]);
start.RedirectStandardInput = start.RedirectStandardOutput = true;
using var process = Process.Start(start)!;
string address = process.StandardOutput.ReadLine()!;
using var system = Remote.Start("finding");
var events = new List<string>();
var quiet = new TaskCompletionSource();
var listener = system.ActorOf(Props.Create(() => new Listener(events, quiet)));
system.EventStream.Subscribe(listener, typeof(RemotingLifecycleEvent));
await system.ActorSelection($"{address}/user/echo").Ask("are you there?");
process.Kill();
await quiet.Task;
Console.WriteLine(string.Join(", ", events));

internal sealed class Echo : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message);
}

/// <summary>Records the events, until there was none for two seconds after the link was lost.</summary>
internal sealed class Listener(List<string> events, TaskCompletionSource quiet) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is ReceiveTimeout)
        {
            quiet.TrySetResult();
            return;
        }
        events.Add(message.GetType().Name);
        if (message is DisassociatedEvent)
            SetReceiveTimeout(TimeSpan.FromSeconds(2));
    }
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
AssociatedEvent, DisassociatedEvent, DisassociatedEvent
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
