# Every target does its own set-up: on a fresh machine `make run` or `make test` is all there is to type.
# PORT=8080              where `make run` serves
# MULTIHOP_CACHE=…       where tools and compiled code are kept (~/.cache/multihop), shared by all checkouts
# CARGO_TARGET_DIR=…     where compiled code is kept ($MULTIHOP_CACHE/target)

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PORT ?= 8080
TARGET ?= sql
SECONDS ?= 600

site := rust clang node crates npm tools site
with_env := . tools/env.sh &&

.PHONY: help
help: ## List these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

.PHONY: run
run: ## Build the site and serve it on this machine (PORT=8080)
	@tools/steps.sh $(site)
	@exec node tools/run.mjs --port $(PORT)

.PHONY: setup
setup: ## Install everything that the other targets need
	@tools/steps.sh rust clang node crates npm tools browser python cargo-deny wasm-pack

.PHONY: test
test: ## Run all tests
	@tools/steps.sh rust clang node crates npm tools browser python
	@tools/test.sh native web e2e interop

.PHONY: test-native
test-native: ## Run the Rust tests
	@tools/steps.sh rust clang crates
	@tools/test.sh native

.PHONY: test-web
test-web: ## Run the engine's tests in headless Chromium
	@tools/steps.sh $(site) browser
	@tools/test.sh web

.PHONY: test-e2e
test-e2e: ## Walk through the built site in Chromium
	@tools/steps.sh $(site) python-module browser
	@tools/test.sh e2e

.PHONY: test-interop
test-interop: ## Let other engines read the Delta tables that a run writes
	@tools/steps.sh rust clang crates python
	@tools/test.sh interop

.PHONY: record-spark
record-spark: ## Ask a real PySpark 4.0.1 for the answers in tests/spark/expected (ONLY=joins for one subject)
	@tools/steps.sh java pyspark
	@$(with_env) "$$SPARK_VENV/bin/python" tools/record-spark.py $(ONLY)

.PHONY: lint
lint: ## Check formatting, clippy (native and browser), layers, licences, sources
	@tools/steps.sh rust clang node crates npm cargo-deny
	@tools/lint.sh

.PHONY: docs
docs: ## Write the reference pages in docs/ from the code
	@tools/steps.sh rust clang crates
	@$(with_env) cargo run --quiet --locked --offline --example reference

.PHONY: notices
notices: ## Write THIRD-PARTY.md: whose code ships, under which licences
	@tools/steps.sh rust crates node npm
	@$(with_env) node tools/notices.mjs

.PHONY: fresh
fresh: ## Run the README's commands as on a machine that has never seen the project
	@tools/fresh.sh

.PHONY: fuzz
fuzz: ## Look for input that panics (TARGET=sql, schema, notebook or files; SECONDS=600)
	@tools/steps.sh rust clang crates cargo-fuzz
	@tools/fuzz.sh $(TARGET) $(SECONDS)

.PHONY: bench
bench: ## Measure, natively and in Chromium
	@tools/steps.sh $(site) python-module browser
	@$(with_env) cargo bench --no-default-features --features engine --benches
	@$(with_env) node benches/browser.mjs

.PHONY: dist
dist: ## Build what ships into dist/ and check its size against the budgets
	@tools/steps.sh rust clang node crates npm tools browser
	@$(with_env) node tools/dist.mjs

.PHONY: size
size: ## Check the page's size as it ships against its budget
	@tools/steps.sh $(site)
	@$(with_env) node tools/dist.mjs page

.PHONY: doc
doc: ## Build the crate's documentation
	@tools/steps.sh rust clang crates
	@$(with_env) cargo doc --no-deps --document-private-items && echo "$$CARGO_TARGET_DIR/doc/multihop/index.html"

.PHONY: clean
clean: ## Remove what is built inside this checkout (not the shared cache)
	@rm -rf target dist node_modules tests/e2e/output
