#!/bin/sh
# Applies each mutant of a folder of tests/mutants, or those named, to a scratch copy of this repository, builds it, and
# says which specs in virtual time find it.
#   tests/mutants/specs.sh cluster|leases|singletons|peer [mutant...]
# "peer" means the mutants in tests/mutants itself. If none is named, these are the ones that docs/mutants.md says specs find.
# The exit code is 0 only if every mutant is found.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case ${1:-} in
cluster) tests=RaftActors.Cluster.Tests filter='FullyQualifiedName!~Nodes.' ;;
leases) tests=RaftActors.Coordination.Tests filter='FullyQualifiedName!~Consumers' ;;
singletons) tests=RaftActors.Tests filter='FullyQualifiedName~Singletons' ;;
peer) tests=RaftActors.Tests filter='FullyQualifiedName!~Docs&FullyQualifiedName!~MutantsSpec' ;;
*) sed -n 's/^#   //p' "$0"; exit 2 ;;
esac
folder=$1/
shift
if [ "$folder" = peer/ ]; then
    folder=
    [ $# -gt 0 ] || set -- $(sed -n 's/^| `\([a-z-]*\)` .*Spec` | the same |$/\1/p' "$root/docs/mutants.md")
fi
[ $# -gt 0 ] || set -- $(cd "$root/tests/mutants/$folder" && ls ./*.patch | sed 's|^./||; s|.patch$||')

git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 tar cf -) | tar xf - -C "$scratch"
cd "$scratch" || exit 2
git init -q . && git add -A && git -c user.name=mutants -c user.email=mutants@localhost commit -qm base

# All is built once; a mutant changes only what is inside one library.
dotnet build "tests/$tests" -c Release -v q -m:1 --nologo > build.log 2>&1 || { grep -m 3 error build.log; exit 2; }
bin=artifacts/bin/$tests/release
cp -r "$bin" base
missed=0
for mutant in "$@"; do
    git checkout -q . && git apply "tests/mutants/$folder$mutant.patch" || { echo "| \`$folder$mutant\` | does not apply |"; missed=1; continue; }
    rm -rf "$bin" && cp -r base "$bin"
    for library in $(git diff --name-only | cut -d / -f 2 | sort -u); do
        dotnet build "src/$library" --no-dependencies --no-restore -p:RunAnalyzers=false -c Release -v q -m:1 --nologo > build.log 2>&1 || { echo "| \`$folder$mutant\` | does not build |"; grep -m 3 error build.log; missed=1; continue 2; }
        cp "artifacts/bin/$library/release/$library.dll" "$bin/"
    done
    dotnet test "tests/$tests" -c Release --no-build --filter "$filter" > test.log 2>&1
    found=$(sed -n 's/^ *Failed RaftActors\.[A-Za-z.]*\.\([A-Za-z]*\)\..*/\1/p' test.log | sort -u | paste -sd ' ')
    echo "| \`$folder$mutant\` | ${found:-not found} |"
    [ -n "$found" ] || missed=1
done
exit $missed
