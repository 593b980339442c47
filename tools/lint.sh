#!/usr/bin/env bash
# Every check that needs no running: tools/lint.sh. Stops at the first that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh

say() { echo "== $*"; }

say "formatting: Rust"
cargo fmt --check
say "formatting: scripts, styles, pages"
npx --no-install prettier --check --log-level warn .
say "layers and file sizes"
node tools/layers.mjs
say "browser tests wait for what they need"
node tools/waits.mjs
say "third-party notices"
node tools/notices.mjs --check
say "shell syntax"
for script in tools/*.sh .ci/run; do bash -n "$script"; done
say "clippy, native"
cargo clippy --locked --all-targets -- -D warnings
say "reference pages are current"
cargo run --locked --quiet --example reference -- --check
# In the browser there are no threads, no system clock and no files: a configuration of its own bans them.
export CLIPPY_CONF_DIR=$PWD/tools/clippy-wasm
say "clippy, engine in the browser"
cargo clippy --locked --target wasm32-unknown-unknown --no-default-features --features worker --lib --bin engine --test web -- -D warnings
say "clippy, page"
cargo clippy --locked --target wasm32-unknown-unknown --no-default-features --features page --lib --bin page -- -D warnings
say "licences, bans and sources of dependencies"
# Advisories are left out: they need a database from the network at the time of the check.
cargo deny --offline --locked check --hide-inclusion-graph licenses bans sources
