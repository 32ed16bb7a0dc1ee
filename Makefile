# `make` lists the targets. Every variable can be set on the command line, as in
# `make g2p G2P_DATA=path/to/data`.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
SWIFT ?= swift
PYTHON ?= python3

# What an import must satisfy, and no warnings.
STRICT := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

# Tests that `make test` runs in a release build as well, as a regular expression for
# `swift test --filter`, because they are too slow in a debug build; empty for none.
RELEASE_TESTS ?= LearningTests|AutogradTests|TransformerModelsTests

# Where grapheme-to-phoneme data are: beside the package, or downloaded by the project's script.
G2P_DATA ?= $(firstword $(wildcard ../shared/data/g2p) Data/g2p)
G2P_RUN ?= Runs/g2p
ATTEND = .build/release/attend

# Arguments for `bench` and for the peers.
BENCH ?=
PEER_ARGUMENTS ?=
VENV := .venv
# Such as `--extra-index-url https://download.pytorch.org/whl/cpu` for a PyTorch without CUDA.
PIP_FLAGS ?=

LINTED := $(wildcard Package.swift Sources Benchmarks Tests Snippets)
FIXTURE_GENERATORS = $(wildcard Tests/Fixtures/*.py Tests/*/Fixtures/*.py)

.DEFAULT_GOAL := help
.PHONY: help setup build test test-dependent lint format bench plots bench-peers fixtures g2p clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs (OpenBLAS, LAPACKE, pkg-config), if it is missing
	@Scripts/setup.sh

build: setup ## build everything, tests included, in debug, without warnings
	$(SWIFT) build --build-tests $(STRICT)

test: build ## run all tests
	$(SWIFT) test --skip-build $(STRICT)
ifneq ($(RELEASE_TESTS),)
	$(SWIFT) test -c release --filter '$(RELEASE_TESTS)'
endif

test-dependent: setup ## build and run a package that depends on this one, in debug and release
	@for mode in debug release; do \
	  for product in Whole Component; do \
	    $(SWIFT) run --package-path Tests/Dependent -c $$mode $$product || exit 1; \
	  done; \
	done

lint: ## check the formatting of all Swift files
	$(SWIFT) format lint --strict --recursive $(LINTED)

format: ## format all Swift files in place
	$(SWIFT) format --in-place --recursive $(LINTED)

plots: ## draw the plots of a report of `bench`: REPORT=file.json
	Scripts/plot-bench.py $(REPORT) Docs/Plots

bench: setup ## measure this machine and the library: BENCH='--quick machine' for less
	$(SWIFT) run -c release bench $(BENCH)

bench-peers: setup $(VENV)/ready ## time the same work here, in PyTorch and in CTranslate2 (downloads them)
	mkdir -p Runs/peers
	$(SWIFT) run -c release bench training --json Runs/peers/ours.json
	$(VENV)/bin/python Benchmarks/peers/torch_peer.py all $(PEER_ARGUMENTS) | tee Runs/peers/torch.jsonl
	$(VENV)/bin/python Benchmarks/peers/ctranslate2_peer.py $(PEER_ARGUMENTS) | tee Runs/peers/ctranslate2.jsonl
	$(PYTHON) Benchmarks/peers/compare.py Runs/peers/ours.json Runs/peers/torch.jsonl

fixtures: $(VENV)/ready ## make the tests' reference values anew with PyTorch
	@test -n '$(FIXTURE_GENERATORS)' || { echo 'fixtures: no generator under Tests' >&2; exit 1; }
	set -e; for generator in $(FIXTURE_GENERATORS); do $(VENV)/bin/python "$$generator"; done

g2p: setup $(G2P_DATA)/g014b2b.train ## train and evaluate on CMUdict grapheme-to-phoneme
	$(SWIFT) build -c release --product attend
	if [ -e $(G2P_RUN)/last ]; then \
	  $(ATTEND) train --output $(G2P_RUN) --resume; \
	else \
	  $(ATTEND) train --output $(G2P_RUN) --config Configurations/g2p.json \
	    --set data.train=$(G2P_DATA)/g014b2b.train; \
	fi
	$(ATTEND) evaluate --model $(G2P_RUN) --inputs $(G2P_DATA)/g014b2b.words \
	  --references $(G2P_DATA)/g014b2b.ref
	Scripts/plot-learning-curve.sh $(G2P_RUN)

clean: ## remove build products and the Python environment; Runs and Data stay
	rm -rf .build $(VENV)

Data/g2p/g014b2b.train:
	Scripts/get-g2p-data.sh Data/g2p

# The stamp is written last, so that an installation that broke off is repeated.
$(VENV)/ready: Benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet $(PIP_FLAGS) --requirement $<
	touch $@
