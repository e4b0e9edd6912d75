#!/usr/bin/env bash
# Microsoft.Data.Sqlite 10.0.15, the connection pool under Akka.Persistence.Sql on SQLite.
#
# Behaviour: A pooled connection keeps what its last user set: temporary tables, PRAGMA synchronous, PRAGMA
# foreign_keys. The next SqliteConnection with the same connection string gets them, although the former was closed
# and disposed.
#
# One would have guessed: A connection from the pool is as new, as it is with SqlClient and Npgsql, which reset it.
#
# Seen:
#   first: synchronous 2, foreign_keys 1
#   later: synchronous 0, foreign_keys 0
#   temporary tables: 1
#   new: synchronous 2, foreign_keys 1
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
    <PackageReference Include="Microsoft.Data.Sqlite.Core" Version="10.0.15" />
    <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="3.0.5" />
  </ItemGroup>
</Project>
EOF

cat > Program.cs <<'EOF'
using Microsoft.Data.Sqlite;

Console.WriteLine($"first: synchronous {Query("PRAGMA synchronous")}, foreign_keys {Query("PRAGMA foreign_keys")}");
Query("PRAGMA synchronous = OFF");
Query("PRAGMA foreign_keys = OFF");
Query("CREATE TEMPORARY TABLE kept (value)");
Console.WriteLine($"later: synchronous {Query("PRAGMA synchronous")}, foreign_keys {Query("PRAGMA foreign_keys")}");
Console.WriteLine($"temporary tables: {Query("SELECT count(*) FROM temp.sqlite_master")}");
SqliteConnection.ClearAllPools();
Console.WriteLine($"new: synchronous {Query("PRAGMA synchronous")}, foreign_keys {Query("PRAGMA foreign_keys")}");

// Each query has a connection of its own, which is closed and disposed behind it.
static object? Query(string text)
{
    using var connection = new SqliteConnection("Data Source=database.db");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = text;
    return command.ExecuteScalar();
}
EOF

if ! dotnet build -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false > build.log 2>&1; then
  cat build.log >&2
  exit 1
fi
seen=$(timeout 120 dotnet bin/Release/net10.0/finding.dll 2>&1) || seen+=" (exit code $?)"
expected=$(cat <<'EOF'
first: synchronous 2, foreign_keys 1
later: synchronous 0, foreign_keys 0
temporary tables: 1
new: synchronous 2, foreign_keys 1
EOF
)
if [[ "$seen" != "$expected" ]]; then
  printf 'The behaviour changed. It was:\n%s\nIt is now:\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
printf '%s\n' "$seen"
