#!/usr/bin/env bash
# Akka.Remote 1.5.74 (DotNetty transport).
#
# Behaviour: A message that fits the sender's maximum-frame-size but not the receiver's cuts the link. What was told
# behind it is lost, too, however small. The sender sees a DisassociatedEvent that does not say why.
#
# One would have guessed: The limits are compared when the link is made, or only the large message is dropped, as a
# sender does with its own limit.
#
# Seen:
#   sent 1000, 70000, 2000 bytes; received 1000 bytes; the link was cut
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
using Akka.Remote;

using var server = Remote.Start("server", more: "akka.remote.dot-netty.tcp.maximum-frame-size = 64000b");
using var client = Remote.Start("client", more: "akka.remote.dot-netty.tcp.maximum-frame-size = 128000b");
var cut = new TaskCompletionSource();
client.EventStream.Subscribe(client.ActorOf(Props.Create(() => new Listener(cut))), typeof(DisassociatedEvent));
var received = new List<int>();
server.ActorOf(Props.Create(() => new Receiver(received)), "receiver");
var receiver = client.ActorSelection($"{Remote.Address(server)}/user/receiver");
await receiver.Ask("are you there?");
foreach (int size in new[] { 1_000, 70_000, 2_000 })
    receiver.Tell(new byte[size]);
await cut.Task;
Console.WriteLine($"sent 1000, 70000, 2000 bytes; received {string.Join(", ", received)} bytes; the link was cut");

internal sealed class Receiver(List<int> received) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is byte[] bytes)
            received.Add(bytes.Length);
        else
            Sender.Tell(message);
    }
}

internal sealed class Listener(TaskCompletionSource cut) : UntypedActor
{
    protected override void OnReceive(object message) => cut.TrySetResult();
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
sent 1000, 70000, 2000 bytes; received 1000 bytes; the link was cut
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
