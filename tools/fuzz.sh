#!/usr/bin/env bash
# Looks for input that panics, hangs or takes too much memory: tools/fuzz.sh TARGET SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh
target=$1 seconds=$2

# Files begin with the fixtures; the first byte names the kind (fuzz_targets/files.rs).
if [ "$target" = files ]; then
  mkdir -p fuzz/corpus/files
  seed() { for file in "${@:2}"; do { printf '%b' "$1" && cat "$file"; } >"fuzz/corpus/files/$(basename "$file")"; done; }
  seed '\0' fixtures/broken/*.parquet fixtures/delta/*/*.parquet
  seed '\1' fixtures/broken/*.json
  seed '\2' fixtures/broken/*.csv
  seed '\3' fixtures/delta/*/_delta_log/*.json
fi
RUSTC_BOOTSTRAP=1 cargo fuzz run -s none --target-dir "$CARGO_TARGET_DIR/fuzz" "$target" -- \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -dict=fuzz/words.dict
