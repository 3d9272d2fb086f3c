# Two commands do everything a newcomer needs: `make run` and `make test`. Each sets up what it lacks.
# Needed beforehand: Python 3.11 or newer with its venv module, and make. uv is used where it can be had, never needed.

.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
TOOLS := .venv-tools/.ready

# A fresh environment is imported from many times: let Python keep what it compiles on the first.
unexport PYTHONDONTWRITEBYTECODE
# What is active in the user's shell must not decide what is installed where.
unexport VIRTUAL_ENV

run: $(READY)  ## forecast the 2018 season; ARGS="scenario=family_unity run.replications=20" changes what is run
	@$(BIN)/borderops run $(ARGS)

test: $(READY)  ## run the tests that take seconds; TESTS="tests/cli -k help" picks some
	@$(BIN)/python -m pytest -n auto -m "not slow" --durations=15 $(TESTS)

test-slow: $(READY)  ## run the tests that build environments or play for long
	@$(BIN)/python -m pytest -n auto -m slow --durations=15 $(TESTS)

test-tools: $(TOOLS)  ## run the tests with other tools: Splink, recordlinkage, dedupe, validators, PostgreSQL
	@.venv-tools/bin/python -m pytest -n auto tests/packs/test_other_tools.py tests/packs/test_postgresql.py \
	  "tests/docs/test_how_tos.py::test_a_how_to_works_as_it_is_written[score-a-tool]" $(TESTS)

lint: $(READY)  ## look for mistakes and for lines out of order
	@$(BIN)/ruff check src tests docs benchmarks
	@$(BIN)/ruff format --check src tests docs benchmarks

types: $(READY)  ## check the types
	@$(BIN)/mypy

check: lint types test test-slow test-tools  ## all of lint, types and tests

lock: $(READY)  ## resolve the dependencies anew into requirements.lock and requirements-tools.lock
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --extra test --extra dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --extra test --extra linkage --extra validators --extra postgresql pyproject.toml -o requirements-tools.lock
	@if grep -n '://' requirements*.lock; then echo 'a lock names an address: see the lines above'; exit 1; fi

clean:  ## remove the environment and all caches; outputs stay
	rm -rf .venv .venv-tools build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this list
	@echo 'borderops: make <target>'
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Whole only when the last line has run: an installation that was cut off is done again.
$(READY): pyproject.toml requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo 'Python 3.11 or newer is needed and was not found; on Debian or Ubuntu: apt install python3.11 python3.11-venv' >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=python3.12 ...' >&2; exit 1; }
	@echo 'Setting up .venv (once) ...' >&2
	@if command -v uv >/dev/null 2>&1; then $(PYTHON) -m venv --without-pip .venv; else $(PYTHON) -m venv .venv; fi || \
	  { rm -rf .venv; echo 'The venv module is missing. On Debian or Ubuntu: apt install python3.11-venv (or python3-venv)' >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv=uv; else \
	   $(BIN)/python -m pip install -qq --disable-pip-version-check uv 2>/dev/null; uv=$(BIN)/uv; fi; \
	 { $$uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock \
	   && $$uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; } 2>.venv/uv.log || \
	 { echo 'uv could not be used (.venv/uv.log says why); installing with pip ...' >&2; \
	   $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv; \
	   $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements.lock \
	   && $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .; }
	@touch $@

# An environment of its own: some of these tools ask for older releases of what borderops is tested with.
$(TOOLS): $(READY) pyproject.toml requirements-tools.lock
	@echo 'Setting up .venv-tools (once) ...' >&2
	@rm -rf .venv-tools; $(PYTHON) -m venv .venv-tools
	@if [ -x $(BIN)/uv ]; then uv=$(BIN)/uv; else uv=uv; fi; \
	 $$uv pip install -q --python .venv-tools/bin/python --require-hashes -r requirements-tools.lock 2>.venv-tools/uv.log || \
	 { echo 'uv could not be used (.venv-tools/uv.log says why); installing with pip ...' >&2; \
	   .venv-tools/bin/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements-tools.lock; }
	@touch $@

.PHONY: run test test-slow test-tools lint types check lock clean help
