# Where things lie and which tools, in which versions. Sourced by the scripts beside it.
# One cache for all checkouts; MULTIHOP_CACHE and CARGO_TARGET_DIR move it.
export MULTIHOP_CACHE=${MULTIHOP_CACHE:-$HOME/.cache/multihop}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$MULTIHOP_CACHE/target}
export PATH=$MULTIHOP_CACHE/tools/bin:$PATH
# A dropped connection is tried again by whoever had it.
export CARGO_NET_RETRY=${CARGO_NET_RETRY:-5} npm_config_fetch_retries=${npm_config_fetch_retries:-5} PIP_RETRIES=${PIP_RETRIES:-5}
VENV=$MULTIHOP_CACHE/venv
SPARK_VENV=$MULTIHOP_CACHE/spark-venv

# What cargo install brings. The site's builds need the first two.
WASM_BINDGEN=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock) # the tool's and the crate's version must be the same
TRUNK=0.21.14                                                                              # 0.22 needs Rust 1.96.1
CARGO_DENY=0.20.2
CARGO_FUZZ=0.13.2
WASM_PACK=0.15.1

RUST=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
WASM=wasm32-unknown-unknown
