#!/bin/sh
# Applies each mutant of tests/mutants/leases, or those named, to a scratch copy of this repository, builds it, and says which specs of the leases find it.
#   tests/mutants/leases.sh [mutant...]
# The exit code is 0 only if every mutant is found.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ $# -gt 0 ] || set -- $(cd "$root/tests/mutants/leases" && ls ./*.patch | sed 's|^./||; s|.patch$||')

git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 tar cf -) | tar xf - -C "$scratch"
cd "$scratch" || exit 2
git init -q . && git add -A && git -c user.name=mutants -c user.email=mutants@localhost commit -qm base

# All is built once; a mutant changes only what is inside one library.
dotnet build tests/RaftActors.Coordination.Tests -c Release -v q -m:1 --nologo > build.log 2>&1 || { grep -m 3 error build.log; exit 2; }
bin=artifacts/bin/RaftActors.Coordination.Tests/release
cp -r "$bin" base
missed=0
for mutant in "$@"; do
    git checkout -q . && git apply "tests/mutants/leases/$mutant.patch" || { echo "| \`leases/$mutant\` | does not apply |"; missed=1; continue; }
    rm -rf "$bin" && cp -r base "$bin"
    for library in $(git diff --name-only | cut -d / -f 2 | sort -u); do
        dotnet build "src/$library" --no-dependencies --no-restore -c Release -v q -m:1 --nologo > build.log 2>&1 || { echo "| \`leases/$mutant\` | does not build |"; grep -m 3 error build.log; missed=1; continue 2; }
        cp "artifacts/bin/$library/release/$library.dll" "$bin/"
    done
    dotnet test tests/RaftActors.Coordination.Tests -c Release --no-build --filter 'FullyQualifiedName!~Consumers' > test.log 2>&1
    found=$(sed -n 's/^ *Failed RaftActors\.Coordination\.Tests\.\([A-Za-z]*\)\..*/\1/p' test.log | sort -u | paste -sd ' ')
    echo "| \`leases/$mutant\` | ${found:-not found} |"
    [ -n "$found" ] || missed=1
done
exit $missed
