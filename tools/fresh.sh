#!/usr/bin/env bash
# Runs the README's two commands, as written there, on what a new user has: a clone, and nothing else. HOME, CARGO_HOME,
# the project's cache and npm's are new and empty; rustup's toolchains alone are kept. Says how long each step took.
# What it leaves behind is one folder, which it names if it fails, or with KEEP=1.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD
there=$(mktemp -d -t multihop-fresh-XXXXXX)
fail() {
  printf '\nmultihop: %s\n          What it printed is in %s\n' "$1" "$there" >&2
  exit 1
}
[ -z "$(git status --porcelain)" ] || echo "What isn't committed is left out."

# rustup's own programs, without whatever else is installed beside them.
mkdir -p "$there"/{home,bin,logs}
rustup=$(command -v rustup) || fail "rustup is missing."
for name in rustup cargo rustc rustfmt rustdoc cargo-fmt cargo-clippy clippy-driver; do ln -s "$(realpath "$rustup")" "$there/bin/$name"; done
path=$there/bin
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do
  case $folder in *cargo/bin | *multihop/tools/bin) ;; *) path+=:$folder ;; esac
done
as_new() {
  (cd "$there/multihop" && env -u CARGO_TARGET_DIR -u MULTIHOP_CACHE -u CARGO_NET_OFFLINE HOME="$there/home" \
    CARGO_HOME="$there/cargo" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" XDG_CACHE_HOME="$there/home/.cache" \
    npm_config_cache="$there/npm" PATH="$path" "$@")
}

git clone -q --no-hardlinks "$here" "$there/multihop"
# The README's two commands: its fenced lines.
mapfile -t commands < <(sed -n '/^```sh$/,/^```$/{/^```/d;p}' README.md | head -2)
[ "${#commands[@]}" -eq 2 ] || fail "README.md has no two commands."
began=$SECONDS
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
say() { echo "== $(clock $((SECONDS - began)))  $*"; }

say "${commands[0]}"
set -m
as_new bash -c "${commands[0]}" >"$there/logs/run" 2>&1 &
server=$!
set +m
trap 'kill -- "-$server" 2>/dev/null || true' EXIT
until url=$(grep -om1 'http://[^ ]*' "$there/logs/run"); do
  kill -0 "$server" 2>/dev/null || { tail -n 40 "$there/logs/run"; fail "“${commands[0]}” ended before it served the page."; }
  sleep 1
done
served=$((SECONDS - began))
say "the page is served"
as_new node "$here/tools/ask.mjs" "$url" || fail "the page lacks files."
say "all its files are there, Python's too"
python=$((SECONDS - began))
kill -- "-$server"
wait "$server" 2>/dev/null || true

again=$SECONDS
say "${commands[1]}"
as_new bash -c "${commands[1]}" >"$there/logs/test" 2>&1 || { tail -n 60 "$there/logs/test"; fail "“${commands[1]}” failed."; }
say "$(tail -n 1 "$there/logs/test")"

echo
echo "Steps:"
for log in run test; do
  awk '/^\[[0-9]+\/[0-9]+\]/ { step = $0; sub(/^\[[0-9\/]+\] /, "", step); sub(/ \(about.*/, "", step) } /^ +done in / { printf "  %6s  %s\n", $3, step }' "$there/logs/$log"
done
echo "${commands[0]}: the page after $(clock "$served"), Python after $(clock "$python"); ${commands[1]} after that: $(clock $((SECONDS - again)))"
trap - EXIT
if [ -n "${KEEP:-}" ]; then echo "All of it is in $there"; else rm -rf "$there"; fi
