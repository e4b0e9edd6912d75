#!/usr/bin/env bash
# Akka 1.5.74, OneForOneStrategy.
#
# Behaviour: maxNrOfRetries = -1 means no limit only without a time window. With one, it means a single restart a
# window: the second failure within the window stops the child.
#
# One would have guessed: -1 is no limit. A window that nothing is counted in changes nothing.
#
# Seen:
#   retries -1, window -1 ms: 7 starts, stopped: False
#   retries -1, window 60000 ms: 2 starts, stopped: True
#   retries 3, window 60000 ms: 4 starts, stopped: True
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

foreach (var (retries, window) in new[] { (-1, -1), (-1, 60_000), (3, 60_000) })
{
    using var system = ActorSystem.Create("finding", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    var stopped = new TaskCompletionSource();
    var starts = new List<int>();
    var parent = system.ActorOf(Props.Create(() => new Parent(retries, window, starts, stopped)));
    for (int i = 0; i < 6; i++)
        parent.Tell("fail");
    await parent.Ask("all were handled");
    if (starts.Count < 7)
        await stopped.Task;
    Console.WriteLine($"retries {retries}, window {window} ms: {starts.Count} starts, stopped: {starts.Count < 7}");
}

internal sealed class Parent(int retries, int window, List<int> starts, TaskCompletionSource stopped) : UntypedActor
{
    private readonly IActorRef _child = Context.Watch(Context.ActorOf(Props.Create(() => new Child(starts))));
    private IActorRef _asker = ActorRefs.Nobody;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(retries, window, _ => Directive.Restart, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case "fail":
                _child.Tell(message);
                break;
            case Terminated:
                stopped.SetResult();
                _asker.Tell("stopped");
                break;
            case "handled":
                _asker.Tell("handled");
                break;
            default:
                _asker = Sender;
                if (stopped.Task.IsCompleted)
                    _asker.Tell("stopped");
                else
                    _child.Tell("last");
                break;
        }
    }
}

internal sealed class Child : UntypedActor
{
    public Child(List<int> starts) => starts.Add(starts.Count);

    protected override void OnReceive(object message)
    {
        if (message is "last")
            Context.Parent.Tell("handled");
        else
            throw new InvalidOperationException("It fails.");
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
retries -1, window -1 ms: 7 starts, stopped: False
retries -1, window 60000 ms: 2 starts, stopped: True
retries 3, window 60000 ms: 4 starts, stopped: True
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
