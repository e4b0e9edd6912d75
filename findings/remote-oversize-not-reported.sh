#!/usr/bin/env bash
# Akka.Remote 1.5.74 (DotNetty transport).
#
# Behaviour: A message over maximum-frame-size is dropped. The link stays and what follows arrives. The event stream
# has neither a dead letter nor an event of remoting for it, only the log has an error: no code can react.
#
# One would have guessed: A dead letter on the side of the sender, or a lost association.
#
# Seen:
#   sent 1000, 70000, 2000 bytes; received 1000, 2000 bytes
#   dead letters and events at the sender: 0
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
using Akka.Event;
using Akka.Remote;

using var server = Remote.Start("server", more: "akka.remote.dot-netty.tcp.maximum-frame-size = 64000b");
using var client = Remote.Start("client", more: "akka.remote.dot-netty.tcp.maximum-frame-size = 64000b");
var counts = new Dictionary<string, int>();
var listener = client.ActorOf(Props.Create(() => new Listener(counts)));
client.EventStream.Subscribe(listener, typeof(AllDeadLetters));
client.EventStream.Subscribe(listener, typeof(DisassociatedEvent));
client.EventStream.Subscribe(listener, typeof(RemotingErrorEvent));

var received = new List<int>();
server.ActorOf(Props.Create(() => new Receiver(received)), "receiver");
var receiver = client.ActorSelection($"{Remote.Address(server)}/user/receiver");
foreach (int size in new[] { 1_000, 70_000, 2_000 })
    receiver.Tell(new byte[size]);
// Messages of one sender stay in order: the answer comes after all of them.
await receiver.Ask("all of them?");
await listener.Ask("counts");
Console.WriteLine($"sent 1000, 70000, 2000 bytes; received {string.Join(", ", received)} bytes");
Console.WriteLine($"dead letters and events at the sender: {counts.Values.Sum()}");

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

internal sealed class Listener(Dictionary<string, int> counts) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is "counts")
            Sender.Tell(message);
        else
            counts[message.GetType().Name] = counts.GetValueOrDefault(message.GetType().Name) + 1;
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
sent 1000, 70000, 2000 bytes; received 1000, 2000 bytes
dead letters and events at the sender: 0
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
