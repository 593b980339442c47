#!/usr/bin/env bash
# Runs kinds of tests and adds up what they report: tools/test.sh native web e2e interop
# All kinds run, also after one has failed. The last line is «N passed, N failed».
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/env.sh

native() { cargo test --locked; }

# With the profile of the site, so that nothing is compiled twice for `make run` and the browser tests.
# wasm-bindgen's own runner (.cargo/config.toml) does it; webdriver.json is its configuration.
web() {
  tools/steps.sh rust clang node crates npm tools site || return
  # The runner's own server takes minutes for what is large (tests/web/worker.rs).
  node tools/serve.mjs --port 0 --tell target/web-site >/dev/null &
  local server=$! status=0
  WASM_BINDGEN_TEST_TIMEOUT=600 CHROMEDRIVER=$(command -v chromedriver) cargo test --locked --profile site \
    --target wasm32-unknown-unknown --no-default-features --features worker --test web || status=$?
  kill "$server"
  rm -f target/web-site
  return "$status"
}

e2e() {
  tools/steps.sh rust clang node crates npm tools site python-module && node --test --test-timeout=300000 --test-reporter=spec tests/e2e/*.test.mjs
}

# The program comes with the native tests: `cargo build` alone would compile Polars once more, with fewer features.
interop() {
  cargo test --locked --no-run --test integration && "$VENV/bin/python" tests/interop/run.py "$CARGO_TARGET_DIR/debug/multihop"
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
passed=0
failed=0
for kind in "$@"; do
  echo "== test-$kind"
  "$kind" 2>&1 | tee "$output"
  status=${PIPESTATUS[0]}
  # cargo: «test result: ok. 3 passed; 0 failed»; node: «ℹ pass 3»; ours: «3 passed, 0 failed».
  read -r p f < <(awk '
    /test result:/ || /^[0-9]+ passed, [0-9]+ failed$/ {
      for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) }
    }
    /^(ℹ|#) pass [0-9]+$/ { p += $3 }
    /^(ℹ|#) fail [0-9]+$/ { f += $3 }
    END { print p + 0, f + 0 }' "$output")
  # A run that broke off, or tested nothing, is a failure too.
  if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$p" -eq 0 ]; }; then
    echo "test-$kind: broke off or ran no test (exit status $status)"
    f=1
  fi
  passed=$((passed + p))
  failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
