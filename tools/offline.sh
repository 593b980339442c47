#!/usr/bin/env bash
# Proves that what the targets download is enough for every build that they start: with an empty CARGO_HOME it does
# the fetch step of `make run`, `make test`, `make lint` and `make dist`, then lets cargo plan each build without a
# network, up to where compiling would begin. A machine that has built other things would hide a missing crate.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh

before=${CARGO_HOME:-$HOME/.cargo}
CARGO_HOME=$(mktemp -d)
export CARGO_HOME
trap 'rm -rf "$CARGO_HOME"' EXIT
# Where crates come from is this machine's business.
for config in "$before"/config.toml "$before"/config; do [ ! -e "$config" ] || cp "$config" "$CARGO_HOME/"; done

tools/steps.sh crates

plan() {
  echo "  cargo $*"
  RUSTC_BOOTSTRAP=1 cargo "$@" --locked --offline -Z unstable-options --unit-graph >/dev/null ||
    { echo "multihop: after the step “crates” cargo can't start: cargo $*" >&2; exit 1; }
}
site() { plan build --target "$WASM" --no-default-features "$@"; }
for profile in site dist; do site --profile "$profile" --bin engine --features worker; done
for profile in site dist-page; do
  site --profile "$profile" --bin page --features page
  site --profile "$profile" --bin python --features python
done
plan test
plan test --profile site --target "$WASM" --no-default-features --features worker --test web
plan build --release --bin multihop
plan build --example reference
plan bench --no-default-features --features engine --benches
# What cargo-deny and tools/notices.mjs look at: every target's crates.
echo "  cargo metadata"
cargo metadata --format-version 1 --all-features --locked --offline >/dev/null ||
  { echo "multihop: after the step “crates” cargo-deny can't start" >&2; exit 1; }
