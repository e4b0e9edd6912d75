#!/usr/bin/env bash
# Akka.Remote.Hosting 1.5.74 and Akka.Cluster.Hosting 1.5.73, WithRemoting.
#
# Behaviour: WithRemoting sets akka.actor.provider = remote in front of the application's own HOCON that was added
# before. An actor system that was configured with the provider cluster then has the provider remote, and Cluster.Get
# fails. With WithClustering, the provider is cluster in either order.
#
# One would have guessed: WithRemoting adds remoting, and keeps the provider cluster, which has remoting.
#
# Seen:
#   HOCON with cluster: provider ClusterActorRefProvider, Cluster.Get: ok
#   HOCON with cluster, then WithRemoting: provider RemoteActorRefProvider, Cluster.Get: ConfigurationException
#   WithClustering, then WithRemoting: provider ClusterActorRefProvider, Cluster.Get: ok
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
    <PackageReference Include="Akka.Remote.Hosting" Version="1.5.74" />
    <PackageReference Include="Akka.Cluster.Hosting" Version="1.5.73" />
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="9.0.0" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF\n";
const string Cluster = "akka.actor.provider = cluster\n"
    + "akka.remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 }\n";
await PrintAsync("HOCON with cluster", static builder => builder.AddHocon(Cluster, HoconAddMode.Prepend));
await PrintAsync("HOCON with cluster, then WithRemoting",
    static builder => builder.AddHocon(Cluster, HoconAddMode.Prepend).WithRemoting("127.0.0.1", 0));
await PrintAsync("WithClustering, then WithRemoting",
    static builder => builder.WithClustering().WithRemoting("127.0.0.1", 0));

static async Task PrintAsync(string what, Action<AkkaConfigurationBuilder> configure)
{
    using var host = new HostBuilder().ConfigureServices(services => services.AddAkka("finding", builder =>
        configure(builder.AddHocon(Quiet, HoconAddMode.Prepend)))).Build();
    await host.StartAsync();
    var system = host.Services.GetRequiredService<ActorSystem>();
    string found;
    try
    {
        found = Akka.Cluster.Cluster.Get(system) is null ? "none" : "ok";
    }
    catch (Exception refused)
    {
        found = refused.GetBaseException().GetType().Name;
    }
    Console.WriteLine($"{what}: provider {((ExtendedActorSystem)system).Provider.GetType().Name}, "
        + $"Cluster.Get: {found}");
    await host.StopAsync();
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
HOCON with cluster: provider ClusterActorRefProvider, Cluster.Get: ok
HOCON with cluster, then WithRemoting: provider RemoteActorRefProvider, Cluster.Get: ConfigurationException
WithClustering, then WithRemoting: provider ClusterActorRefProvider, Cluster.Get: ok
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
