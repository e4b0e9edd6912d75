#!/usr/bin/env bash
# Akka.TestKit 1.5.74, TestScheduler.
#
# Behaviour: Advance(10 s) fires a periodic timer of 1 s once, and a timer that a due timer sets within the 10 s not
# at all. Ten times Advance(1 s) fires each as often as it is due.
#
# One would have guessed: Virtual time passes through each moment: ten firings, and the inner timer, too.
#
# Seen:
#   10 s in 1 steps: periodic timer 1 times, inner timer 0 times
#   10 s in 10 steps: periodic timer 10 times, inner timer 1 times
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
    <PackageReference Include="Akka.TestKit" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Configs;

var second = TimeSpan.FromSeconds(1);
foreach (int steps in new[] { 1, 10 })
{
    var quiet = ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    using var system = ActorSystem.Create("finding", quiet.WithFallback(TestConfigs.TestSchedulerConfig));
    var scheduler = (TestScheduler)system.Scheduler;
    int periodic = 0, inner = 0;
    scheduler.Advanced.ScheduleRepeatedly(second, second, () => periodic++);
    scheduler.Advanced.ScheduleOnce(second, () => scheduler.Advanced.ScheduleOnce(second, () => inner++));
    for (int i = 0; i < steps; i++)
        scheduler.Advance(10 * second / steps);
    Console.WriteLine($"10 s in {steps} steps: periodic timer {periodic} times, inner timer {inner} times");
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
10 s in 1 steps: periodic timer 1 times, inner timer 0 times
10 s in 10 steps: periodic timer 10 times, inner timer 1 times
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
