#!/bin/sh
# Fuzzes the parsers for so many seconds, 60 unless told otherwise. A finding is left in the directory.
# It begins with seeds/, whose first byte says which parser they are for.
set -eu
cd "$(dirname "$0")"
swift build --quiet --configuration release --sanitize=fuzzer --sanitize=address \
  -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing --product Fuzz
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT INT TERM
SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 \
  .build/release/Fuzz -verbosity=0 -print_final_stats=1 -max_total_time="${1:-60}" -timeout=10 -rss_limit_mb=2048 "$corpus" seeds
