# make chat   environment, dependencies, index, page on http://127.0.0.1:$(PORT); an empty CORPUS is filled there
# make test   environment, dependencies, the tests that are not slow: some four minutes on two cores
# make test-slow  the others: those that drive the page in a browser, ask the thirty briefs, or take seconds each
# make check  style, types and tests, as before a commit
# make coverage  which lines and branches of rag/ the tests go through, in one process
# make bench  how fast it is, beside LangChain's way, over CORPUS; writes docs/benchmarks/speed.md
# make docs   the documentation as a site in build/site
# make lock   requirements*.lock anew, each archive with its hash, and docs/sbom.json; a new dependency goes to pyproject
# make sbom   docs/sbom.json anew: the packages that an installation brings, with versions and licences
# make audit  look up known vulnerabilities of what is pinned
# make torture  break what is kept and read in every way there is, for SECONDS, drawn from SEED
# make train  both files of trained weights anew, from training/sets and the public sets in PUBLIC (hours without a GPU)
PYTHON ?= python3
PORT ?= 8501
CORPUS ?= corpus
INDEX ?= $(if $(filter corpus,$(CORPUS)),index,index/$(notdir $(abspath $(CORPUS))))
BIN := .venv/bin
PUBLIC ?=
WORKERS = 3
PYTEST ?= --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
SECONDS ?= 120
SEED ?= 1
EXAMPLES ?= training/examples.npz
VECTORS ?= training/vectors
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes --no-deps --requirement
# pip takes no hashes together with a checkout. What this system alone needs beside the pins comes without one.
CHECKOUT := $(PIP) --no-build-isolation --editable

.PHONY: chat index test test-slow coverage check lint docs lock sbom audit torture train bench clean

chat: .venv/ready
	$(BIN)/wenju index --corpus "$(CORPUS)" --index "$(INDEX)" || true
	$(BIN)/wenju chat --corpus "$(CORPUS)" --index "$(INDEX)" --port $(PORT)

index: .venv/ready
	$(BIN)/wenju index --corpus "$(CORPUS)" --index "$(INDEX)"

# Tests start many processes: none shall compile all modules anew.
test test-slow: export PYTHONDONTWRITEBYTECODE :=

# The slow ones wait for a browser, a server or a process half of their time.
test-slow: WORKERS = 4

test: .venv/ready-to-test
	$(BIN)/python -m pytest $(PYTEST) -m "not slow"

test-slow: .venv/ready-to-test
	$(BIN)/python -m pytest $(PYTEST) -m slow

coverage: .venv/ready-to-test
	$(BIN)/coverage run -m pytest; $(BIN)/coverage combine --quiet && $(BIN)/coverage report --skip-covered --sort cover

lint: .venv/ready-to-test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

check: lint test

.venv/ready: pyproject.toml requirements.lock
	@echo "问据: setting up .venv (a few minutes the first time) 正在安装依赖，首次需几分钟"
	$(PYTHON) -m venv .venv
	-@$(LOCKED) requirements-torch.lock --no-index 2>/dev/null  # a build without CUDA, where pip was given one
	$(LOCKED) requirements.lock && $(CHECKOUT) .
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.lock
	$(LOCKED) requirements-dev.lock && $(CHECKOUT) '.[dev]'
	@touch $@

bench: .venv/ready
	$(BIN)/python benchmarks/speed.py --corpus "$(CORPUS)" --keep

docs: .venv/ready
	$(LOCKED) requirements-docs.lock && $(CHECKOUT) '.[docs]'
	$(BIN)/python docs/write_settings.py && $(BIN)/python docs/write_reference.py && $(BIN)/mkdocs build

lock: .venv/ready
	$(CHECKOUT) '.[dev,docs,ocr,audit]' && $(BIN)/python -m benchmarks.supply lock

sbom: .venv/ready
	$(BIN)/python -m benchmarks.supply bill

audit: .venv/ready
	$(LOCKED) requirements-audit.lock && $(BIN)/python -m benchmarks.supply audit

torture: .venv/ready-to-test
	$(BIN)/python -m benchmarks.torture --seconds $(SECONDS) --seed $(SEED)

train: .venv/ready
	$(BIN)/python -m training.build --out $(EXAMPLES) $(if $(PUBLIC),--public $(PUBLIC))
	$(BIN)/python -m training.train --examples $(EXAMPLES) --out rag/data/comprehension.safetensors
	$(BIN)/python -m training.projection --vectors $(VECTORS) $(if $(PUBLIC),--public $(PUBLIC)) --out rag/data/token_projection.npz
	$(BIN)/python -m training.general_means

clean:
	rm -rf .venv index/generations index/current
