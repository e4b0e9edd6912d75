#!/usr/bin/env bash
# Akka 1.5.74, HashedWheelTimerScheduler.
#
# Behaviour: The default scheduler runs what is due on a thread of the .NET thread pool. Timers are late while the
# pool has no free thread: blocking actors delay the timers of all others.
#
# One would have guessed: The wheel has a thread of its own, as in Akka on the JVM, so that timers stay on time under
# load.
#
# Seen:
#   HashedWheelTimerScheduler: on a thread of the pool: True
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
var thread = new TaskCompletionSource<bool>();
system.Scheduler.Advanced.ScheduleOnce(
    TimeSpan.FromMilliseconds(20),
    () => thread.SetResult(Thread.CurrentThread.IsThreadPoolThread));
Console.WriteLine($"{system.Scheduler.GetType().Name}: on a thread of the pool: {await thread.Task}");
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
HashedWheelTimerScheduler: on a thread of the pool: True
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
