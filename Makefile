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
RELEASE_TESTS ?= LearningTests|AutogradTests|TransformerModelsTests|BenchCommandTests

# How many damaged inputs `make fuzz` gives to each reader of files, and where they start.
FUZZ_INPUTS ?= 1000000
FUZZ_SEED ?= 1

# What runs under sanitizers, as a regular expression for `swift test`: all tests. Docs/Reliability.md has the results.
SANITIZE_TESTS ?= .

# The Swift compiler knows no sanitizer of undefined behaviour here; C code does, and stops at it.
SANITIZE_address := --sanitize=address
SANITIZE_undefined := -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined
SANITIZE_thread := --sanitize=thread

# Where grapheme-to-phoneme data are: beside the package, or downloaded by the project's script.
G2P_DATA ?= $(firstword $(wildcard ../shared/data/g2p) Data/g2p)
G2P_RUN ?= Runs/g2p
G2P_WORDS ?= Data/g2p/unlabelled.words
# Where the CPU has no products of bfloat16: G2P_PRECISION=float32, and MULTI30K_PRECISION.
G2P_PRECISION ?= bfloat16
ATTEND = .build/release/attend

# English and German image captions, the same way; `make multi30k FROM=de TO=en` is the other direction.
MULTI30K_DATA ?= $(firstword $(wildcard ../shared/data/multi30k) Data/multi30k)
FROM ?= en
TO ?= de
MULTI30K_RUN ?= Runs/multi30k-$(FROM)-$(TO)
MULTI30K_PRECISION ?= bfloat16
MULTI30K_FILE = $(MULTI30K_DATA)/$(1).lc.norm.tok

# English and Spanish Bible verses from Debian's packages.
BIBLE_DATA ?= Data/bible
BIBLE_RUN ?= Runs/bible

# The sentence encoder all-MiniLM-L6-v2.
MINILM_DATA ?= Data/minilm

# What `make compare` compares on, and the seeds of each model: TASK=multi30k SEEDS=1,2,3.
TASK ?= g2p
SEEDS ?= 1
COMPARE_FILE_g2p = $(G2P_DATA)/g014b2b.train
COMPARE_FILE_multi30k = $(call MULTI30K_FILE,train).en

# $(call train,RUN,CONFIGURATION,SETTINGS): begins a run, or goes on with it.
define train
if [ -e $(1)/last ]; then \
  $(ATTEND) train --output $(1) --resume; \
else \
  $(ATTEND) train --output $(1) --config $(2) $(3); \
fi
endef

# Arguments for `bench`, and for `bench peers`, such as `--quick` or `--filter decoding`.
BENCH ?=
PEER_ARGUMENTS ?=
VENV := .venv
# Such as `--extra-index-url https://download.pytorch.org/whl/cpu` for a PyTorch without CUDA.
PIP_FLAGS ?=

LINTED := $(wildcard Package.swift Sources Benchmarks Tests Snippets)
FIXTURE_GENERATORS = $(wildcard Tests/Fixtures/*.py Tests/*/Fixtures/*.py)

.DEFAULT_GOAL := help
.PHONY: help setup build test kill-test test-sentencepiece test-dependent lint format bench bench-peers fixtures g2p g2p-plain \
  multi30k bible minilm compare clean
.PHONY: fuzz sanitize sanitize-address sanitize-undefined sanitize-thread

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs (OpenBLAS, LAPACKE, pkg-config), if it is missing
	@Scripts/setup.sh

build: setup ## build everything, tests included, in debug, without warnings
	$(SWIFT) build --build-tests $(STRICT)

test: build ## run all tests
	$(SWIFT) test --skip-build $(STRICT)
ifneq ($(RELEASE_TESTS),)
	$(SWIFT) test -c release --filter '$(RELEASE_TESTS)'
endif

# How many times `make kill-test` kills a training.
KILLS ?= 100

kill-test: build ## kill a training at KILLS random moments (100) and compare what becomes of it with one left alone
	ATTEND_KILLS=$(KILLS) $(SWIFT) test --skip-build $(STRICT) --filter KillTests

test-sentencepiece: setup ## the tests of the trait SentencePiece, which needs libsentencepiece-dev
	$(SWIFT) test --traits SentencePiece --scratch-path .build/sentencepiece $(STRICT) \
	  --filter 'SentencePiece|ConvertTests|TokenizerTests|UsageTests'

test-dependent: setup ## build and run a package that depends on this one, in debug and release
	@for mode in debug release; do \
	  for product in Whole Component; do \
	    $(SWIFT) run --package-path Tests/Dependent -c $$mode $$product || exit 1; \
	  done; \
	done

fuzz: setup ## give each reader of files a million damaged inputs: FUZZ_INPUTS=100000 FUZZ_SEED=2
	FUZZ_INPUTS=$(FUZZ_INPUTS) FUZZ_SEED=$(FUZZ_SEED) $(SWIFT) test -c release --filter 'FuzzTests/inputsAreReadOrRefused'

sanitize: sanitize-address sanitize-undefined sanitize-thread ## run tests under sanitizers, or one: sanitize-thread

# Each sanitizer has a build of its own. Swift's runtime keeps what it has once allocated, which is no leak.
sanitize-address sanitize-undefined sanitize-thread: sanitize-%: setup
	ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=0 \
	  $(SWIFT) test $(SANITIZE_$*) --scratch-path .build/$* --filter '$(SANITIZE_TESTS)'

lint: ## check the formatting of all Swift files
	$(SWIFT) format lint --strict --recursive $(LINTED)

format: ## format all Swift files in place
	$(SWIFT) format --in-place --recursive $(LINTED)

bench: setup ## measure this machine and the library: BENCH='--quick machine' for less
	$(SWIFT) run -c release bench $(BENCH)

bench-peers: setup $(VENV)/ready ## the same work here, in PyTorch and in CTranslate2, in turn (downloads them)
	mkdir -p Runs/peers
	BENCH_PEERS_PYTHON=$(VENV)/bin/python $(SWIFT) run -c release bench peers --output Runs/peers $(PEER_ARGUMENTS)

fixtures: $(VENV)/ready ## make the tests' reference values anew with PyTorch
	@test -n '$(FIXTURE_GENERATORS)' || { echo 'fixtures: no generator under Tests' >&2; exit 1; }
	set -e; for generator in $(FIXTURE_GENERATORS); do $(VENV)/bin/python "$$generator"; done

attend: setup
	$(SWIFT) build -c release --product attend
.PHONY: attend

# Three models that err in different places say together how words sound that CMUdict does not have; the last of them goes on
# with these words and CMUdict's (Sun et al. 2019). The first of them by itself is `make g2p-plain`.
G2P_TEACHERS = $(addprefix $(G2P_RUN)-teacher-,1 2 3)
G2P_PAIRS = data.train=$(G2P_DATA)/g014b2b.train
# $(call evaluate_g2p,MODEL)
evaluate_g2p = $(ATTEND) evaluate --model $(1) --inputs $(G2P_DATA)/g014b2b.words \
  --references $(G2P_DATA)/g014b2b.ref --beam 1

g2p-plain: attend $(G2P_DATA)/g014b2b.train ## train and evaluate on CMUdict grapheme-to-phoneme: two hours
	$(call train,$(word 1,$(G2P_TEACHERS)),Configurations/g2p.json,--set $(G2P_PAIRS))
	$(ATTEND) average --run $(word 1,$(G2P_TEACHERS)) --output $(word 1,$(G2P_TEACHERS))/average
	for model in best average; do echo "$$model:"; \
	  $(call evaluate_g2p,$(word 1,$(G2P_TEACHERS))/$$model) || exit 1; \
	done
	Scripts/plot-learning-curve.sh $(word 1,$(G2P_TEACHERS))

g2p: g2p-plain $(G2P_WORDS) ## the same with two more models, which teach one on further words: ten hours
	$(call train,$(word 2,$(G2P_TEACHERS)),Configurations/g2p.json,--set $(G2P_PAIRS) \
	  --set model.positions=relative --set model.attentionPositions.reach=8 --set model.dropoutRate=0.15 \
	  --set model.attentionDropoutRate=0.1 --set model.activationDropoutRate=0.1 \
	  --set training.schedule.rate=0.0005 --set training.maximumEpochs=30)
	$(call train,$(word 3,$(G2P_TEACHERS)),Configurations/g2p-relative.json,--set $(G2P_PAIRS) \
	  --set training.precision=$(G2P_PRECISION))
	for run in $(wordlist 2,3,$(G2P_TEACHERS)); do echo "$$run:"; \
	  if [ ! -e $$run/average ]; then $(ATTEND) average --run $$run --output $$run/average || exit 1; fi; \
	  $(call evaluate_g2p,$$run/average) || exit 1; \
	done
	if [ ! -e $(G2P_RUN).train ]; then \
	  $(ATTEND) translate $(G2P_TEACHERS:%=--model %/average) --batch-size 512 --batch-tokens 16384 \
	    < $(G2P_WORDS) | paste $(G2P_WORDS) - | awk -F '\t' '$$2 != ""' | cat $(G2P_DATA)/g014b2b.train - \
	    > $(G2P_RUN).train.tmp && mv $(G2P_RUN).train.tmp $(G2P_RUN).train; \
	fi
	$(call train,$(G2P_RUN),Configurations/g2p-relative.json,--set data.train=$(G2P_RUN).train \
	  --warm-start $(word 3,$(G2P_TEACHERS))/average --set training.precision=$(G2P_PRECISION) \
	  --set data.heldOutShare=0.004 --set model.dropoutRate=0.1 --set training.maximumEpochs=16 \
	  --set training.seed=3 --set training.schedule.rate=0.0004 --set training.schedule.warmupSteps=300)
	$(ATTEND) average --run $(G2P_RUN) --output $(G2P_RUN)/average
	$(call evaluate_g2p,$(G2P_RUN)/average)
	Scripts/plot-learning-curve.sh $(G2P_RUN)

multi30k: attend $(call MULTI30K_FILE,train).en ## train and evaluate a translator of Multi30k (FROM=en TO=de)
	$(call train,$(MULTI30K_RUN),Configurations/multi30k.json, \
	  --set training.precision=$(MULTI30K_PRECISION) \
	  --set data.trainSource=$(call MULTI30K_FILE,train).$(FROM) \
	  --set data.trainTarget=$(call MULTI30K_FILE,train).$(TO) \
	  --set data.validationSource=$(call MULTI30K_FILE,val).$(FROM) \
	  --set data.validationTarget=$(call MULTI30K_FILE,val).$(TO))
	$(ATTEND) average --run $(MULTI30K_RUN) --output $(MULTI30K_RUN)/average
	$(ATTEND) evaluate --model $(MULTI30K_RUN)/average --beam 5 --length-penalty average \
	  --metrics bleu,chrf,ter --tokenize none \
	  --source $(call MULTI30K_FILE,test_2016_flickr).$(FROM) \
	  --target $(call MULTI30K_FILE,test_2016_flickr).$(TO) --output $(MULTI30K_RUN)/test.$(TO)
	Scripts/plot-learning-curve.sh $(MULTI30K_RUN)

bible: attend $(BIBLE_DATA)/train.en ## train and evaluate a translator of English to Spanish Bible verses
	$(call train,$(BIBLE_RUN),Configurations/bible.json, \
	  --set data.trainSource=$(BIBLE_DATA)/train.en --set data.trainTarget=$(BIBLE_DATA)/train.es \
	  --set data.validationSource=$(BIBLE_DATA)/valid.en \
	  --set data.validationTarget=$(BIBLE_DATA)/valid.es)
	$(ATTEND) average --run $(BIBLE_RUN) --output $(BIBLE_RUN)/average
	$(ATTEND) evaluate --model $(BIBLE_RUN)/average --beam 5 --length-penalty average \
	  --metrics bleu,chrf --tokenize none \
	  --source $(BIBLE_DATA)/test.en --target $(BIBLE_DATA)/test.es --output $(BIBLE_RUN)/test.es
	Scripts/plot-learning-curve.sh $(BIBLE_RUN)

minilm: setup $(MINILM_DATA)/model.safetensors ## embed 200 texts with all-MiniLM-L6-v2 and compare with its library
	ATTENTION_MINILM=$(abspath $(MINILM_DATA)) $(SWIFT) test -c release --filter MiniLMTests

compare: attend $(COMPARE_FILE_$(TASK)) ## recurrent models and Transformers on one TASK (g2p, multi30k), equal budgets
	Scripts/compare-architectures.py $(TASK) --attend $(ATTEND) --data $(dir $(COMPARE_FILE_$(TASK))) \
	  --runs Runs/compare --seeds $(SEEDS)

clean: ## remove build products and the Python environment; Runs and Data stay
	rm -rf .build $(VENV)

Data/g2p/g014b2b.train:
	Scripts/get-g2p-data.sh Data/g2p

Data/g2p/unlabelled.words: $(G2P_DATA)/g014b2b.train
	G2P_DATA=$(G2P_DATA) Scripts/get-english-words.sh Data/g2p

Data/multi30k/train.lc.norm.tok.en:
	Scripts/get-multi30k-data.sh Data/multi30k

Data/bible/train.en:
	Scripts/get-bible-data.sh Data/bible

Data/minilm/model.safetensors:
	Scripts/get-minilm.sh Data/minilm

# The stamp is written last, so that an installation that broke off is repeated.
$(VENV)/ready: Benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet $(PIP_FLAGS) --requirement $<
	touch $@
