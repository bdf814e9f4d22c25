#!/bin/sh
# Builds the benchmark and runs it: run.sh PATH-OF-VALISE [--huge] [options of bench]
# With --huge a post with a million markers is measured too, which takes minutes to make.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
valise=$(realpath "$1"); shift
huge=
if [ "${1:-}" = --huge ]; then huge=$1; shift; fi
swift build --quiet --configuration release --package-path "$here" >&2
"$here/.build/release/bench" "$valise" "$@"
cd "$here/../.."
swift build --quiet --configuration release --product microbench >&2
.build/release/microbench
swift build --quiet --configuration release --product postbench >&2
for base in "${TMPDIR:-/tmp}" /dev/shm; do
  folder=$(mktemp -d "$base/valise-bench.XXXXXX")
  # On memory that was touched before, as all comparisons are.
  "$here/.build/release/launch" 4096 .build/release/postbench "$folder" $huge 3>/dev/null
  rm -rf "$folder"
done
