#!/usr/bin/env bash
# Akka and Akka.Remote 1.5.74, akka.actor.serialization-settings.allow-unregistered-types = off.
#
# Behaviour: Strict serialization also refuses types of Akka itself that have no binding: Done, Address, a bool in
# Status.Success. Told to a remote actor such a message is dropped: Tell does not throw, and there is no dead letter.
#
# One would have guessed: All that Akka sends or offers to send has a binding, and what is refused fails where it is
# told.
#
# Seen:
#   told: String, Int32, Success, Done, Address, Success, Byte[]
#   received: String, Int32, Success, Byte[]
#   dead letters: 0
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
using Akka;
using Akka.Actor;
using Akka.Event;

const string Strict = "akka.actor.serialization-settings.allow-unregistered-types = off";
using var server = Remote.Start("server", more: Strict);
using var client = Remote.Start("client", more: Strict);
var deadLetters = new List<object>();
var listener = client.ActorOf(Props.Create(() => new Recorder(deadLetters)));
client.EventStream.Subscribe(listener, typeof(AllDeadLetters));

var received = new List<object>();
server.ActorOf(Props.Create(() => new Recorder(received)), "receiver");
var receiver = client.ActorSelection($"{Remote.Address(server)}/user/receiver");
var own = Remote.Address(client);
object[] messages =
    ["text", 5, new Status.Success("text"), Done.Instance, own, new Status.Success(true), new byte[1]];
foreach (object message in messages)
    receiver.Tell(message);
// Messages of one sender stay in order: the answer comes after all of them.
await receiver.Ask(new Identify("all of them?"));
await listener.Ask(new Identify("all of them?"));
Console.WriteLine($"told: {Types(messages)}");
Console.WriteLine($"received: {Types(received)}");
Console.WriteLine($"dead letters: {deadLetters.Count}");

static string Types(IEnumerable<object> messages) =>
    string.Join(", ", messages.Select(message => message.GetType().Name));

internal sealed class Recorder(List<object> messages) : UntypedActor
{
    protected override void OnReceive(object message) => messages.Add(message);
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
told: String, Int32, Success, Done, Address, Success, Byte[]
received: String, Int32, Success, Byte[]
dead letters: 0
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
