#!/bin/sh
# Builds the benchmark and runs it: run.sh PATH-OF-VALISE [options of bench]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
valise=$(realpath "$1"); shift
swift build --quiet --configuration release --package-path "$here" >&2
"$here/.build/release/bench" "$valise" "$@"
cd "$here/../.."
swift build --quiet --configuration release --product microbench >&2
.build/release/microbench
swift build --quiet --configuration release --product postbench >&2
for base in "${TMPDIR:-/tmp}" /dev/shm; do
  folder=$(mktemp -d "$base/valise-bench.XXXXXX")
  # On memory that was touched before, as all comparisons are.
  "$here/.build/release/launch" 4096 .build/release/postbench "$folder" 3>/dev/null
  rm -rf "$folder"
done
