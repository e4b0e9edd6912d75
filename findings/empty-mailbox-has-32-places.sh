#!/usr/bin/env bash
# Akka 1.5.74, .NET 10.
#
# Behaviour: The queue of a default mailbox has room for 32 messages before the first one comes. So each actor keeps
# over 800 bytes for its empty mailbox, for as long as it lives.
#
# One would have guessed: An empty queue takes some dozens of bytes.
#
# Seen:
#   an empty queue of a default mailbox: over 800 bytes
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
using Akka.Dispatch.MessageQueues;

var queues = new UnboundedMessageQueue[10_000];
long before = GC.GetTotalMemory(forceFullCollection: true);
for (int i = 0; i < queues.Length; i++)
    queues[i] = new UnboundedMessageQueue();
long bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / queues.Length;
GC.KeepAlive(queues);
Console.WriteLine($"an empty queue of a default mailbox: {(bytes > 800 ? "over 800 bytes" : $"{bytes} bytes")}");
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
an empty queue of a default mailbox: over 800 bytes
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
