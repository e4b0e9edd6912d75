#!/usr/bin/env bash
# Akka.Persistence 1.5.74, the start of an actor system.
#
# Behaviour: The extension of Akka.Persistence has settings that are an Akka.Actor.Settings of its own. They are made of
# the section akka.persistence as if it were a whole configuration, with akka.conf behind it, which is parsed again. So
# akka.conf is parsed twice in an actor system with Akka.Persistence, and the second result knows nothing of what the
# actor system was given. The parsed defaults of one actor system are never used for the next.
#
# One would have guessed: The defaults are parsed once in a process, and the settings of an extension say what the actor
# system was given.
#
# Seen:
#   the same defaults twice: False
#   the actor system: loglevel OFF, ask-timeout 7 s
#   the settings of Akka.Persistence: loglevel INFO, ask-timeout infinite
#   the extension allocates as much as another reading of akka.conf: True
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
    <PackageReference Include="Akka.Persistence" Version="1.5.74" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

Console.WriteLine("the same defaults twice: "
    + ReferenceEquals(ConfigurationFactory.Default().Root, ConfigurationFactory.Default().Root));
long reading = Allocated(() => ConfigurationFactory.Default());
var config = ConfigurationFactory.ParseString(
    "akka { loglevel = OFF, stdout-loglevel = OFF, actor.ask-timeout = 7 s }");
using var system = ActorSystem.Create("finding", config);
long extending = Allocated(() => Persistence.Instance.Apply(system));
Console.WriteLine($"the actor system: {Describe(system.Settings)}");
Console.WriteLine(
    $"the settings of Akka.Persistence: {Describe(Persistence.Instance.Apply(system).Settings)}");
Console.WriteLine($"the extension allocates as much as another reading of akka.conf: {extending > reading}");

static string Describe(Settings settings)
{
    var timeout = settings.AskTimeout;
    return $"loglevel {settings.LogLevel}, ask-timeout "
        + (timeout == Timeout.InfiniteTimeSpan ? "infinite" : $"{timeout.TotalSeconds} s");
}

static long Allocated(Func<object> what)
{
    long before = GC.GetAllocatedBytesForCurrentThread();
    what();
    return GC.GetAllocatedBytesForCurrentThread() - before;
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi

seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
the same defaults twice: False
the actor system: loglevel OFF, ask-timeout 7 s
the settings of Akka.Persistence: loglevel INFO, ask-timeout infinite
the extension allocates as much as another reading of akka.conf: True
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
