#!/usr/bin/env bash
# Does named steps in order: tools/steps.sh rust clang node crates tools npm site
# A step that has nothing to do is skipped, so a second run goes on where the first stopped. Each step is three
# functions, and its time on two idle cores is in `minutes`: about (what it does), have (is it done?), get (do it).
set -Eeuo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh

declare -A minutes=([rust]=1 [clang]=1 [crates]=1 [tools]=18 [site]=1 [python_module]=6 [npm]=1 [browser]=1 [python]=1
  [cargo_deny]=3 [cargo_fuzz]=1 [wasm_pack]=3 [java]=1 [pyspark]=2)

# --- Rust and what builds with it

about_rust() { echo "Installing Rust $RUST, its target for the browser, its formatter and linter"; }
have_rust() {
  [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM/lib" ] && [ "$(printf '%s\n' "$RUST" "$(rustc --version | cut -d' ' -f2)" | sort -V | head -1)" = "$RUST" ] &&
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1
}
get_rust() {
  have rustup || stop "rustup is missing; it installs Rust." "Install it from https://rustup.rs, then run this again."
  again rustup toolchain install "$RUST" --profile minimal --component clippy,rustfmt --target "$WASM" ||
    stop "rustup could not install Rust $RUST." "Check the network, then run this again."
}

about_clang() { echo "Installing clang, which compiles zstd for the browser"; }
have_clang() { have clang && have cc; }
get_clang() { apt_install "zstd, the compression of most parquet files, is written in C" clang gcc libc6-dev; }

# Without a target: those of macros and build scripts belong to this machine, those that cargo-deny looks at to any.
about_crates() { echo "Downloading the crates of Cargo.lock"; }
have_crates() { cargo fetch --locked --offline >/dev/null 2>&1; }
get_crates() {
  again cargo fetch --locked --quiet || stop "cargo could not download the crates of Cargo.lock." "Check the network, then run this again."
}

# One after the other, as they share what they compile; the site's own crates at the same time.
about_tools() { echo "Installing wasm-bindgen $WASM_BINDGEN and Trunk $TRUNK; compiling the site's crates meanwhile"; }
have_tools() { have_wasm_bindgen && have_trunk; }
get_tools() {
  side_by_side "the tools:520:get_wasm_bindgen_and_trunk" "the site:350:compile_site"
}
have_wasm_bindgen() { [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN" ] && have wasm-bindgen-test-runner; }
have_trunk() { [ "$(trunk --version 2>/dev/null)" = "trunk $TRUNK" ]; }
get_wasm_bindgen_and_trunk() {
  # Without --locked: its lock file can name a version that a registry's mirror doesn't have yet.
  have_wasm_bindgen || cargo_install wasm-bindgen-cli "$WASM_BINDGEN"
  # It runs for a second, so nothing of it is optimised.
  have_trunk || OPT_LEVEL=0 cargo_install trunk "$TRUNK" --locked --no-default-features
}
# As Trunk does it, so that Trunk finds it done.
compile_site() {
  local program feature
  for program in page:page engine:worker; do
    feature=${program#*:}
    cargo build --locked --offline --target "$WASM" --profile site --bin "${program%:*}" --no-default-features --features "$feature"
  done
}

about_cargo_deny() { echo "Installing cargo-deny $CARGO_DENY, which checks licences and sources"; }
have_cargo_deny() { [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $CARGO_DENY" ]; }
get_cargo_deny() { cargo_install cargo-deny "$CARGO_DENY" --locked --no-default-features; }

about_cargo_fuzz() { echo "Installing cargo-fuzz $CARGO_FUZZ"; }
have_cargo_fuzz() { [ "$(cargo-fuzz --version 2>/dev/null)" = "cargo-fuzz $CARGO_FUZZ" ]; }
get_cargo_fuzz() { cargo_install cargo-fuzz "$CARGO_FUZZ" --locked; }

about_wasm_pack() { echo "Installing wasm-pack $WASM_PACK"; }
have_wasm_pack() { [ "$(wasm-pack --version 2>/dev/null)" = "wasm-pack $WASM_PACK" ]; }
get_wasm_pack() { OPT_LEVEL=0 cargo_install wasm-pack "$WASM_PACK" --locked; }

# --- Node, browser, Python

about_node() { echo "Looking for Node.js 20 or later"; }
have_node() { have npm && [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 20 ]; }
get_node() { stop "Node.js 20 or later is missing; it serves the site and drives the browser tests." "Install nodejs and npm from https://nodejs.org or your system's packages, then run this again."; }

about_npm() { echo "Installing npm packages"; }
have_npm() { [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; }
get_npm() {
  again npm ci --no-audit --no-fund --loglevel error || stop "npm could not install the packages of package-lock.json." "Check the network, then run this again."
  touch node_modules/.package-lock.json
}

about_browser() { echo "Installing Chromium and its driver"; }
have_browser() { have chromium && have chromedriver; }
get_browser() { apt_install "the browser tests run in it" chromium chromium-driver; }

about_python() { echo "Installing other Delta readers into a Python environment: delta-rs, DuckDB, Polars"; }
have_python() { [ "$VENV/installed" -nt tests/interop/requirements.txt ]; }
get_python() { python_environment "$VENV" "delta-rs, DuckDB and Polars are Python packages" -r tests/interop/requirements.txt; }

about_java() { echo "Looking for Java 17"; }
have_java() { have java && java -version 2>&1 | grep -q 'version "17'; }
get_java() {
  apt_install "PySpark 4.0.1 runs on Java 17" openjdk-17-jre-headless
  have_java || stop "Java 17 is missing, or another Java comes first on the PATH; PySpark 4.0.1 runs on it." "Install openjdk-17-jre-headless, then run this again."
}

about_pyspark() { echo "Installing PySpark 4.0.1 into a Python environment"; }
have_pyspark() { [ -e "$SPARK_VENV/installed" ]; }
get_pyspark() { python_environment "$SPARK_VENV" "PySpark is a Python package" pyspark==4.0.1 setuptools; }

# --- What is built

# Those of $1, newer than the file $2.
newer() { find $1 -newer "$2" -print -quit; }

about_site() { echo "Building the site: page and engine"; }
have_site() {
  [ -e target/site.built ] && [ -e target/site/index.html ] &&
    [ -z "$(newer "src www docs tools fixtures/bookstore .cargo Cargo.toml Cargo.lock Trunk.toml" target/site.built)" ]
}
get_site() {
  mkdir -p target
  touch target/site.begun
  # `trunk build --release` would also run wasm-opt, which takes minutes: tools/dist.mjs does that for `make dist`.
  trunk build --cargo-profile site || stop "Trunk could not build the site." "Its message is above: mend what it names, then run this again."
  mv target/site.begun target/site.built
}

# Apart from the site, as a visitor needs it only at the first Python cell: `make run` serves the page meanwhile.
about_python_module() { echo "Building Python for notebooks"; }
have_python_module() {
  [ -e target/site/python_loader.js ] && [ -z "$(newer "src www/python_loader.js tools/programs.mjs .cargo Cargo.toml Cargo.lock build.rs" target/site/python_loader.js)" ]
}
get_python_module() { node tools/programs.mjs python || stop "Python for notebooks could not be built." "The message is above: mend what it names, then run this again."; }

# --- How

have() { command -v "$1" >/dev/null; }

# stop WHAT-FAILED-AND-WHY THE-ONE-THING-TO-DO
stop() {
  trap - ERR
  printf '\nmultihop: %s\n          %s\n' "$1" "$2" >&2
  exit 1
}

# Does a command up to three times: connections drop.
again() {
  local try
  for try in 1 2 3; do
    "$@" && return
    [ "$try" -lt 3 ] || return
    echo "  That failed. Trying again…" >&2
    sleep $((try * 5))
  done
}

# cargo_install CRATE VERSION ARGUMENT… A prebuilt program where cargo-binstall is there and finds one. Otherwise
# compiled, hardly optimised: such a tool runs for seconds, and installing it is what takes time.
cargo_install() {
  local crate=$1 version=$2
  shift 2
  if have cargo-binstall; then
    cargo binstall --no-confirm --force --strategies crate-meta-data --root "$MULTIHOP_CACHE/tools" "$crate@$version" && return
    echo "  No prebuilt $crate $version; compiling it."
  fi
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=${OPT_LEVEL:-1} \
    CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_PANIC=abort CARGO_TARGET_DIR="$MULTIHOP_CACHE/tools/target" \
    cargo install --root "$MULTIHOP_CACHE/tools" --force "$crate" --version "$version" "$@" ||
    stop "cargo could not install $crate $version." "Its message is above; if it is about the network, run this again."
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
  DEBIAN_FRONTEND=noninteractive again "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
    stop "apt-get could not install $*: $reason." "Its message is above; if it is about the network, run this again."
}

# python_environment FOLDER REASON PIP-ARGUMENT…
python_environment() {
  local folder=$1 reason=$2
  shift 2
  have python3 || apt_install "$reason" python3 python3-venv
  rm -rf "$folder"
  python3 -m venv "$folder" || apt_install "$reason, kept in an environment of their own" python3-venv
  [ -x "$folder/bin/pip" ] || python3 -m venv "$folder"
  again "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" ||
    stop "pip could not install $*." "Its message is above; if it is about the network, run this again."
  touch "$folder/installed"
}

# Runs jobs at the same time, each NAME:CRATES:FUNCTION, and says how many of its crates each has compiled.
# Their output goes to files, of which the one that failed is shown.
side_by_side() {
  local logs started=$SECONDS job name crates running failed="" next=20
  declare -A pids=()
  logs=$(mktemp -d)
  # Each in a process group of its own, so that all of it ends when another fails, or at Ctrl-C.
  set -m
  for job in "$@"; do
    name=${job%%:*}
    (trap - ERR && "${job##*:}") >"$logs/$name" 2>&1 &
    pids[$name]=$!
  done
  set +m
  trap 'for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null || true; done' EXIT
  while :; do
    running="" report=""
    for job in "$@"; do
      IFS=: read -r name crates _ <<<"$job"
      if kill -0 "${pids[$name]}" 2>/dev/null; then
        running=yes
        report+="${report:+, }$name $(grep -cE '^ +Compiling ' "$logs/$name" || true) of about $crates crates"
      elif ! wait "${pids[$name]}"; then
        failed=$name
      fi
    done
    [ -z "$running" ] || [ -n "$failed" ] && break
    if [ $((SECONDS - started)) -ge "$next" ]; then
      echo "      $(clock $((SECONDS - started)))  $report"
      next=$((next + 30))
    fi
    sleep 1
  done
  if [ -n "$failed" ]; then
    tail -n 40 "$logs/$failed" >&2
    stop "$failed could not be built." "The message is above; if it is about the network, run this again."
  fi
  trap - EXIT
  rm -rf "$logs"
}

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

steps=()
left=0
for step in "$@"; do
  step=${step//-/_}
  "have_$step" && continue
  steps+=("$step")
  left=$((left + ${minutes[$step]:-0}))
done
for i in "${!steps[@]}"; do
  step=${steps[$i]}
  takes=${minutes[$step]:-0}
  # An earlier step may have brought it along.
  "have_$step" && continue
  echo "[$((i + 1))/${#steps[@]}] $("about_$step") (about $takes min; $left min to go in all)"
  began=$SECONDS
  trap 'stop "The step “$step” failed." "The message is above; if it is about the network, run this again: it goes on from here."' ERR
  "get_$step"
  trap - ERR
  echo "      done in $(clock $((SECONDS - began)))"
  left=$((left - takes))
done
