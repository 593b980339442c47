#!/usr/bin/env bash
# rustpython-vm 0.6.0 says in its manifest that it builds with Rust 1.95. It does not: every version of
# rustpython-ruff_python_ast that it accepts (0.16.5 and later) needs Rust 1.96 or newer. So a project that sets
# `rust-version = "1.95"`, which makes cargo choose dependencies that fit, still gets some that don't, and cargo stops
# with "rustc 1.95 is not supported by the following packages".
#
# Expected: that a crate's rust-version covers what its own dependencies need.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
touch "$folder/src/lib.rs"
cat >"$folder/Cargo.toml" <<'TOML'
[package]
name = "asks"
version = "0.0.0"
edition = "2024"
rust-version = "1.95"

[dependencies]
rustpython-vm = { version = "=0.6.0", default-features = false, features = ["compiler"] }
TOML
cd "$folder"
cargo metadata --format-version 1 >metadata.json 2>/dev/null
python3 - <<'PYTHON'
import json
packages = {p["name"]: p for p in json.load(open("metadata.json"))["packages"]}
says = {name: (packages[name]["version"], packages[name]["rust_version"]) for name in ("rustpython-vm", "rustpython-ruff_python_ast")}
for name, (version, rust) in says.items():
    print(f"{name} {version} asks for Rust {rust}")
number = lambda text: tuple(int(part) for part in (text or "0").split("."))
assert number(says["rustpython-vm"][1])[:2] == (1, 95), "the manifest has changed"
assert number(says["rustpython-ruff_python_ast"][1])[:2] >= (1, 96), "a version that builds with Rust 1.95 has appeared"
PYTHON
