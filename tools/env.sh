# Where things lie and which tools, in which versions. Sourced by the scripts beside it.
# One cache for all checkouts; MULTIHOP_CACHE and CARGO_TARGET_DIR move it.
export MULTIHOP_CACHE=${MULTIHOP_CACHE:-$HOME/.cache/multihop}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$MULTIHOP_CACHE/target}
export PATH=$MULTIHOP_CACHE/tools/bin:$PATH
VENV=$MULTIHOP_CACHE/venv
SPARK_VENV=$MULTIHOP_CACHE/spark-venv

TRUNK=0.21.14 # 0.22 wants a later Rust
CARGO_DENY=0.20.2
CARGO_FUZZ=0.13.2
# The command-line tool and the crate must be of one version.
WASM_BINDGEN=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
