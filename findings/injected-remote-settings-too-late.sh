#!/usr/bin/env bash
# Akka and Akka.Remote 1.5.74, Settings.InjectTopLevelFallback.
#
# Behaviour: An extension that is listed in akka.extensions is made after remoting has read its settings. A larger
# maximum-frame-size that it injects is in system.Settings.Config, and remoting goes on with the former: the message
# is dropped.
#
# One would have guessed: What the settings show is in effect: extensions in akka.extensions are made with the system,
# before it listens.
#
# Seen:
#   settings: 200000b
#   sent 1000, 150000, 2000 bytes; received 1000, 2000 bytes
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
using Akka.Configuration;

const string Extension = "akka.extensions = [\"LargerFramesId, finding\"]";
using var server = Remote.Start("server", more: Extension);
using var client = Remote.Start("client", more: Extension);
Console.WriteLine($"settings: {client.Settings.Config.GetString("akka.remote.dot-netty.tcp.maximum-frame-size")}");
var received = new List<int>();
server.ActorOf(Props.Create(() => new Receiver(received)), "receiver");
var receiver = client.ActorSelection($"{Remote.Address(server)}/user/receiver");
foreach (int size in new[] { 1_000, 150_000, 2_000 })
    receiver.Tell(new byte[size]);
// Messages of one sender stay in order: the answer comes after all of them.
await receiver.Ask("all of them?");
Console.WriteLine($"sent 1000, 150000, 2000 bytes; received {string.Join(", ", received)} bytes");

public sealed class LargerFrames : IExtension;

public sealed class LargerFramesId : ExtensionIdProvider<LargerFrames>
{
    public override LargerFrames CreateExtension(ExtendedActorSystem system)
    {
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString(
            "akka.remote.dot-netty.tcp { maximum-frame-size = 200000b }"));
        return new LargerFrames();
    }
}

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
settings: 200000b
sent 1000, 150000, 2000 bytes; received 1000, 2000 bytes
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
