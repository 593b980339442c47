#!/usr/bin/env bash
# cargo 1.95.0 and 1.96.0: `cargo fetch --target wasm32-unknown-unknown` leaves out crates that the very same build needs. A
# build script (or a procedural macro) runs on the host; what it needs there under `cfg(unix)` isn't fetched, since the
# named target isn't unix. `cargo build --offline --target wasm32-unknown-unknown` then stops with "failed to download".
# A machine that has built other things has the crates in its cache and doesn't notice.
#
# Expected: that fetching for a target brings all that building for this target needs. Without `--target`, it does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{build,app/src}
export CARGO_HOME=$folder/cargo
cd "$folder"
cat >build/Cargo.toml <<'TOML'
[package]
name = "helper"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[target.'cfg(unix)'.dependencies]
itoa = "=1.0.15"
TOML
touch build/lib.rs
cat >app/Cargo.toml <<'TOML'
[package]
name = "app"
version = "0.0.0"
edition = "2021"
[build-dependencies]
helper = { path = "../build" }
TOML
echo 'fn main() {}' >app/build.rs
touch app/src/lib.rs
cd app
cargo --version
cargo generate-lockfile --quiet

cargo fetch --quiet --locked --target wasm32-unknown-unknown
said=$(cargo build --offline --locked --target wasm32-unknown-unknown 2>&1) && { echo "the build has all it needs: this has changed"; exit 1; }
echo "$said" | head -4
grep -q 'failed to download `itoa' <<<"$said" || { echo "it failed for another reason"; exit 1; }

cargo fetch --quiet --locked
said=$(cargo build --offline --locked --target wasm32-unknown-unknown 2>&1) || true
! grep -q 'failed to download' <<<"$said" || { echo "fetching without a target misses crates, too"; exit 1; }
echo "After \`cargo fetch\` without --target, nothing is missing."
