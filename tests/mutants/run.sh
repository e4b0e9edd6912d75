#!/bin/sh
# Applies each mutant, or those named, to a scratch copy of this repository, builds it, and says which seed of which storm finds it.
#   tests/mutants/run.sh [mutant...]
# SEEDS=1..200 is the range of seeds that is tried.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
seeds=${SEEDS:-1..200}
[ $# -gt 0 ] || set -- $(cd "$root/tests/mutants" && ls ./*.patch | sed 's|^./||; s|.patch$||')

git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 tar cf -) | tar xf - -C "$scratch"
cd "$scratch" || exit 2
git init -q . && git add -A && git -c user.name=mutants -c user.email=mutants@localhost commit -qm base

missed=0
for mutant in "$@"; do
    git checkout -q . && git apply "tests/mutants/$mutant.patch" || { echo "$mutant: does not apply"; missed=1; continue; }
    if ! dotnet build tests/RaftActors.Tests -c Release -v q -m:1 --nologo > build.log 2>&1; then
        echo "$mutant: does not build"; grep -m 3 error build.log; missed=1; continue
    fi
    RAFT_STORM_SEEDS=$seeds dotnet test tests/RaftActors.Tests -c Release --no-build --nologo --filter FullyQualifiedName~KeyValueSpec > test.log 2>&1
    if found=$(grep -m 1 -o 'Seed [0-9]* of [0-9] peers: .*' test.log); then
        echo "$mutant: $found"
    else
        echo "$mutant: not found with seeds $seeds"; missed=1
    fi
done
exit $missed
