#!/usr/bin/env bash
# Akka.Hosting 1.5.74.
#
# Behaviour: WithLogFilter has no effect on the logger that AddLoggerFactory adds, which gives the events of the actor
# system to Microsoft.Extensions.Logging. The default logger leaves excluded events out.
#
# One would have guessed: The filter is for all loggers of the builder on which it is set.
#
# Seen:
#   the default logger writes the excluded event: False
#   AddLoggerFactory writes the excluded event: True
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
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Akka.Hosting" Version="1.5.74" />
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="9.0.0" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

var standardOutput = Console.Out;
standardOutput.WriteLine($"the default logger writes the excluded event: {await IsWrittenAsync(byFactory: false)}");
standardOutput.WriteLine($"AddLoggerFactory writes the excluded event: {await IsWrittenAsync(byFactory: true)}");

static async Task<bool> IsWrittenAsync(bool byFactory)
{
    using var output = new StringWriter();
    Console.SetOut(output);
    using var provider = new Provider();
    using var host = new HostBuilder()
        .ConfigureLogging(logging => logging.AddProvider(provider))
        .ConfigureServices(services => services.AddAkka("finding", (builder, _) => builder.ConfigureLoggers(loggers =>
        {
            if (byFactory)
                loggers.ClearLoggers().AddLoggerFactory();
            loggers.WithLogFilter(filter => filter.ExcludeMessageContaining("excluded"));
        })))
        .Build();
    await host.StartAsync();
    var system = host.Services.GetRequiredService<ActorSystem>();
    system.Log.Warning("excluded");
    system.Log.Warning("the last");
    string Written() => output + string.Join('\n', provider.Lines);
    while (!Written().Contains("the last"))
        await Task.Delay(20);
    bool isWritten = Written().Contains("excluded");
    await host.StopAsync();
    return isWritten;
}

internal sealed class Provider : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<T>(T state) where T : notnull => null;

    public bool IsEnabled(LogLevel level) => true;

    public void Log<T>(LogLevel level, EventId id, T state, Exception? cause, Func<T, Exception?, string> format) =>
        Lines.Enqueue(format(state, cause));

    public void Dispose()
    {
    }
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
the default logger writes the excluded event: False
AddLoggerFactory writes the excluded event: True
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
