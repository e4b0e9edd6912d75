#!/usr/bin/env bash
# OpenTelemetry 1.20.1.
#
# Behaviour: The SDK makes room for 2,000 series (its cardinality limit) when an instrument is made, also if nothing is
# ever measured. That takes some 180 KB an instrument, so 100 instruments take 18 MB. A view with a smaller
# CardinalityLimit makes that small.
#
# One would have guessed: Memory grows with the series that there are. The limit only says where that ends.
#
# Seen:
#   the default: 150 to 200 KB an instrument
#   CardinalityLimit = 64: less than 10 KB an instrument
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
    <PackageReference Include="OpenTelemetry" Version="1.20.1" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

Measure("warm-up", null);
long byDefault = Measure("default", null);
long limited = Measure("limited", 64);
Console.WriteLine(byDefault is >= 150_000 and <= 200_000
    ? "the default: 150 to 200 KB an instrument"
    : $"the default: {byDefault} bytes an instrument");
Console.WriteLine(limited < 10_000
    ? "CardinalityLimit = 64: less than 10 KB an instrument"
    : $"CardinalityLimit = 64: {limited} bytes an instrument");

// What 100 counters take that nobody has counted with.
static long Measure(string name, int? limit)
{
    const int Instruments = 100;
    using var meter = new Meter(name);
    var builder = Sdk.CreateMeterProviderBuilder().AddMeter(name);
    if (limit is { } most)
        builder.AddView(_ => new MetricStreamConfiguration { CardinalityLimit = most });
    // A reader, as every exporter has one.
    using var provider = builder.AddReader(new BaseExportingMetricReader(new NoExporter())).Build();
    long before = GC.GetTotalMemory(forceFullCollection: true);
    for (int i = 0; i < Instruments; i++)
        meter.CreateCounter<long>($"counter{i}");
    return (GC.GetTotalMemory(forceFullCollection: true) - before) / Instruments;
}

internal sealed class NoExporter : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
the default: 150 to 200 KB an instrument
CardinalityLimit = 64: less than 10 KB an instrument
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
