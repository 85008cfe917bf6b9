# The words: run test check bench docs. Everything lands in .venv, node_modules and .usher.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8080
V := .venv/bin
# Nothing is compiled but what a start reads: that is a quarter of what the libraries have.
PIP := $(V)/python -m pip install -q --disable-pip-version-check --no-compile

# What is imported once is read from its compiled form after: without, every process of a test compiles for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-front-ends system-packages read-tests test-python check fix bench docs generate front-ends lock clean

run: front-ends ## Serve the demo centre with embedded Valkey and PostgreSQL
	@$(V)/usher run --port $(PORT) --data .usher --demo-traffic

# A folder with a short name, in memory where there is room: a path to a Unix socket may have no more than 107 bytes.
test: .venv/run ## Everything that is checked: types, layers, units, stores, faults, browsers
	@$(MAKE) --no-print-directory -j 3 read-tests test-front-ends system-packages
	@$(MAKE) --no-print-directory -j 2 check test-python

test-front-ends: front-ends
	@$(V)/python -m router.front_ends test

system-packages:
	@bash tests/install_system_packages

# Each worker reads all tests: what one has compiled, four need not.
read-tests: .venv/dev
	@$(V)/pytest --collect-only -qq >/dev/null || true # what is wrong is told by the run

test-python:
	@base=$$(mktemp -d $$(bash tests/roomy_folder)/usher.XXXX) && trap 'rm -rf "$$base"' EXIT && \
	$(V)/pytest -n 4 --dist loadfile --no-loadscope-reorder --durations 20 --durations-min 5 --basetemp "$$base/t"

check: .venv/dev front-ends ## The quick half: lint, types, layers, generated files
	@$(V)/ruff check . && $(V)/ruff format --check .
	@$(V)/lint-imports
	@$(V)/mypy
	@$(V)/python -m router.protocol.generate --check
	@$(V)/python -m router.front_ends check

fix: .venv/dev ## What a machine can mend
	@$(V)/ruff check --fix . ; $(V)/ruff format .

bench: .venv/run ## The figures of docs/benchmarks, anew
	$(V)/usher bench routing && $(V)/usher bench durable && $(V)/usher bench push

docs generate: .venv/run ## Files made from the code: the messages in TypeScript, asyncapi.json, the tables of docs/configuration.md
	$(V)/python -m router.protocol.generate && $(V)/python -m config.reference

front-ends: .venv/run
	@$(V)/python -m router.front_ends build

lock: .venv/dev ## Pin every dependency anew
	$(V)/uv pip compile pyproject.toml --extra build --extra semantic -q --universal --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	$(V)/uv pip compile pyproject.toml --all-extras -q --universal --generate-hashes --no-emit-index-url --no-header -c requirements.lock -o requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps -e .
	@$(V)/python -c 'import router.cli.starting, router.cli.serving'
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv node_modules agent_client/dist widget/dist .usher
