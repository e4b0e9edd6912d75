#!/bin/sh
# Applies each mutant, or those named, to a scratch copy of this repository, builds it, and says after how many seeds the
# simulation finds it, and by which property.
#   tests/mutants/run.sh [mutant...]
# If none is named, these are all but the ones that docs/mutants.md says specs find: tests/mutants/specs.sh peer.
# SEEDS=2000 is how many seeds are tried at most. The exit code is 0 only if every mutant is found, by three peers or by
# five.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
most=${SEEDS:-2000}
bySpecs=$(sed -n 's/^| `\([a-z-]*\)` .*Spec` | the same |$/\1/p' "$root/docs/mutants.md")
[ $# -gt 0 ] || set -- $(cd "$root/tests/mutants" && ls ./*.patch | sed 's|^./||; s|.patch$||' | grep -vxF "$bySpecs")

git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 tar cf -) | tar xf - -C "$scratch"
cd "$scratch" || exit 2
git init -q . && git add -A && git -c user.name=mutants -c user.email=mutants@localhost commit -qm base

try() {
    dotnet artifacts/bin/RaftActors.Simulation/release/RaftActors.Simulation.dll --no-shrink --quiet --peers "$1" --seeds "1..$most" > "run$1.log"
    found=$(sed -n 's/^Seed \([0-9]*\) of . peers violates \([^:]*\):.*/\1, \2/p' "run$1.log" | head -n 1)
    echo "${found:-none in $most}" > "found$1"
}

# The collector then runs rarely, which saves a third of the processor time.
export DOTNET_GCgen0size=0x10000000

# All is built once; a mutant changes only what is inside the library.
dotnet build src/RaftActors.Simulation -c Release -v q -m:1 --nologo > build.log 2>&1 || { grep -m 3 error build.log; exit 2; }
missed=0
for mutant in "$@"; do
    git checkout -q . && git apply "tests/mutants/$mutant.patch" || { echo "| \`$mutant\` | does not apply | |"; missed=1; continue; }
    if ! dotnet build src/RaftActors --no-dependencies --no-restore -p:RunAnalyzers=false -c Release -v q -m:1 --nologo > build.log 2>&1; then
        echo "| \`$mutant\` | does not build | |"; grep -m 3 error build.log; missed=1; continue
    fi
    cp artifacts/bin/RaftActors/release/RaftActors.dll artifacts/bin/RaftActors.Simulation/release/
    try 3 & try 5
    wait
    echo "| \`$mutant\` | $(cat found3) | $(cat found5) |"
    case "$(cat found3 found5)" in none*none*) missed=1 ;; esac
done
exit $missed
