#!/usr/bin/env bash
# Does named steps in order and says how far it is: tools/steps.sh rust clang trunk site
# A step that has nothing to do is skipped. Each step is three functions: about (what it does and
# how long that takes on two cores), have (is it done?), and get (do it).
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh

# --- Rust and what builds with it

about_rust() { echo "Adding Rust's target for the browser, and its formatter and linter (under a minute)"; }
have_rust() {
  [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/wasm32-unknown-unknown/lib" ] &&
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1
}
get_rust() {
  have rustup || stop "rustup is missing: it installs Rust and its target for the browser." "Install it from https://rustup.rs, then run this again."
  rustup target add wasm32-unknown-unknown && rustup component add rustfmt clippy ||
    stop "rustup could not download the target wasm32-unknown-unknown." "Check the network, then run: rustup target add wasm32-unknown-unknown"
}

about_clang() { echo "Installing clang, which compiles zstd for the browser (under a minute)"; }
have_clang() { have clang && have cc; }
get_clang() { apt_install "zstd, the compression most parquet files use, is written in C" clang gcc libc6-dev; }

about_wasm_bindgen() { echo "Installing wasm-bindgen $WASM_BINDGEN, the version in Cargo.lock (about 2 minutes)"; }
have_wasm_bindgen() { [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN" ] && have wasm-bindgen-test-runner; }
# Without --locked: its lock file can name a version that a registry's mirror doesn't have yet.
get_wasm_bindgen() { cargo_install wasm-bindgen-cli --version "$WASM_BINDGEN"; }

about_trunk() { echo "Installing Trunk $TRUNK, which assembles the site (about 4 minutes)"; }
have_trunk() { [ "$(trunk --version 2>/dev/null)" = "trunk $TRUNK" ]; }
get_trunk() { cargo_install trunk --version "$TRUNK" --locked --no-default-features; }

about_cargo_deny() { echo "Installing cargo-deny $CARGO_DENY, which checks licences and sources (about 4 minutes)"; }
have_cargo_deny() { [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $CARGO_DENY" ]; }
get_cargo_deny() { cargo_install cargo-deny --version "$CARGO_DENY" --locked --no-default-features; }

about_cargo_fuzz() { echo "Installing cargo-fuzz $CARGO_FUZZ (about 1 minute)"; }
have_cargo_fuzz() { [ "$(cargo-fuzz --version 2>/dev/null)" = "cargo-fuzz $CARGO_FUZZ" ]; }
get_cargo_fuzz() { cargo_install cargo-fuzz --version "$CARGO_FUZZ" --locked; }

# --- Node, browser, Python

about_node() { echo "Looking for Node.js 20 or later"; }
have_node() { have npm && [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 20 ]; }
get_node() { stop "Node.js 20 or later is missing: it serves the site and drives the browser tests." "Install nodejs and npm from https://nodejs.org or your system's packages, then run this again."; }

about_npm() { echo "Installing npm packages (under a minute)"; }
have_npm() { [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; }
get_npm() { npm ci --no-audit --no-fund && touch node_modules/.package-lock.json; }

about_browser() { echo "Installing Chromium and its driver (about 1 minute)"; }
have_browser() { have chromium && have chromedriver; }
get_browser() { apt_install "the browser tests run in it" chromium chromium-driver; }

about_python() { echo "Installing other Delta readers into a Python environment: delta-rs, DuckDB, Polars (about 1 minute)"; }
have_python() { [ "$VENV/installed" -nt tests/interop/requirements.txt ]; }
get_python() {
  have python3 || apt_install "delta-rs, DuckDB and Polars are Python packages" python3 python3-venv
  rm -rf "$VENV"
  python3 -m venv "$VENV" || apt_install "it keeps the tests' Python packages apart" python3-venv
  [ -x "$VENV/bin/pip" ] || python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
  touch "$VENV/installed"
}

about_java() { echo "Looking for Java 17"; }
have_java() { have java && java -version 2>&1 | grep -q 'version "17'; }
get_java() {
  apt_install "PySpark 4.0.1 runs on Java 17" openjdk-17-jre-headless
  have_java || stop "Java 17 is missing, or another Java comes first on the PATH: PySpark 4.0.1 runs on it." "Install openjdk-17-jre-headless, then run this again."
}

about_pyspark() { echo "Installing PySpark 4.0.1 into a Python environment (about 2 minutes)"; }
have_pyspark() { [ -e "$SPARK_VENV/installed" ]; }
get_pyspark() {
  have python3 || apt_install "PySpark is a Python package" python3 python3-venv
  rm -rf "$SPARK_VENV"
  python3 -m venv "$SPARK_VENV" || apt_install "it keeps PySpark apart" python3-venv
  [ -x "$SPARK_VENV/bin/pip" ] || python3 -m venv "$SPARK_VENV"
  "$SPARK_VENV/bin/pip" install --quiet --disable-pip-version-check pyspark==4.0.1 setuptools ||
    stop "pip could not install PySpark 4.0.1." "Its own message is above; if it is about the network, run this again."
  touch "$SPARK_VENV/installed"
}

# --- What is built

site_sources() { find src www fixtures/bookstore .cargo Cargo.toml Cargo.lock Trunk.toml -newer "$1" -print -quit; }

about_site() { echo "Building the site: page and engine (about 12 minutes the first time, then seconds)"; }
have_site() { [ -e target/site.built ] && [ -e target/site/index.html ] && [ -z "$(site_sources target/site.built)" ]; }
get_site() {
  mkdir -p target
  touch target/site.begun
  # Trunk builds offline, so what is missing comes first.
  cargo fetch --locked --target wasm32-unknown-unknown || stop "cargo could not download the crates of Cargo.lock." "Check the network, then run this again."
  # Trunk's "release" would also run wasm-opt, which takes minutes: tools/dist.mjs does that for `make dist`.
  trunk build --cargo-profile release
  mv target/site.begun target/site.built
}

# --- How

have() { command -v "$1" >/dev/null; }

stop() {
  printf '\nmultihop: %s\n          %s\n' "$1" "$2" >&2
  exit 1
}

# The tools run for seconds, so a light profile: installing them is what takes time.
cargo_install() {
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_TARGET_DIR="$MULTIHOP_CACHE/tools/target" cargo install --root "$MULTIHOP_CACHE/tools" --force "$@" ||
    stop "cargo could not install $1." "Its own message is above; if it is about the network, run this again."
}

# apt_install REASON PACKAGE...
apt_install() {
  local reason=$1 as_root=()
  shift
  have apt-get || stop "$* missing: $reason." "Install what your system calls these packages, then run this again."
  if [ "$(id -u)" -ne 0 ]; then
    have sudo && sudo -n true 2>/dev/null && as_root=(sudo) ||
      stop "$* missing: $reason. Installing them takes root." "Run: sudo apt-get install $*"
  fi
  "${as_root[@]}" apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
    stop "apt-get could not install $*: $reason." "Its own message is above."
}

steps=("$@")
for i in "${!steps[@]}"; do
  step=${steps[$i]//-/_}
  if ! "have_$step"; then
    echo "[$((i + 1))/${#steps[@]}] $("about_$step")…"
    "get_$step"
  fi
done
