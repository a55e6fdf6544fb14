# Every target has a line of help: `make` alone prints them.

ifeq ($(OS),Windows_NT)
$(error Ieumgil does not run on Windows itself. Install the Windows Subsystem for Linux (in PowerShell: wsl --install -d Debian), clone the repository there and run the same command)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNTIME := $(VENV)/.runtime
READY := $(VENV)/.ready
DEMO := .demo
export IEUMGIL_SKIP_POSTGRES
export PYTHONUTF8 = 1

# Each engine in a process of its own, side by side; the closing line counts both.
ON_BOTH := --dist=each \
	--tx popen//id=sqlite//env:IEUMGIL_TEST_ENGINE=sqlite \
	--tx popen//id=postgresql//env:IEUMGIL_TEST_ENGINE=postgresql
ON_SQLITE := -n 2
ENGINES = $(if $(filter 1,$(IEUMGIL_SKIP_POSTGRES)),$(ON_SQLITE),$(ON_BOTH))

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

$(RUNTIME): requirements.lock pyproject.toml
	@python=$$(tools/check_system.sh python $(PYTHON)) && \
		{ test -x $(BIN)/python || "$$python" -m venv $(VENV); }
	@echo "Installing into $(VENV), with checked hashes; the first time takes a minute."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(READY): $(RUNTIME) requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(READY) ## make the environment in .venv, with the tools for development
venv: setup ## the same as setup

demo: $(RUNTIME) | pdf-if-possible ## two nodes refer a person: ONCE=1 plays and ends; PORTS="8411 8412", LANG=ko
	@IEUMGIL_DEMO_HOME=$(CURDIR)/$(DEMO) IEUMGIL_LANGUAGE=$(if $(filter ko%,$(LANG)),ko,en) \
		ONCE="$(ONCE)" PORT="$(PORT)" PORTS="$(PORTS)" $(BIN)/ieumgil demo

postgres: $(READY) ## look for PostgreSQL 15 or newer, which the tests need; install it where that is possible
	@tools/check_system.sh postgres $(BIN)/python

pdf: $(RUNTIME) ## look for Pango, by which PDFs are made; install it where that is possible
	@tools/check_system.sh documents $(BIN)/python

pdf-if-possible: $(RUNTIME)
	@tools/check_system.sh documents $(BIN)/python || true

browser: ## look for Chromium, which the journeys need; install it where that is possible
	@tools/check_system.sh browser

test: $(READY) postgres pdf browser ## run everything that must hold, on SQLite and on PostgreSQL (this is what CI runs)
	$(BIN)/python -m pytest $(ENGINES)

assure: $(READY) postgres ## run the long checks: kill -9, mutated bundles, flipped bits, 10,000 threads
	THREAD_RUNS=10000 $(BIN)/python -m pytest -rP tests/rules/test_thread_agreement.py
	$(BIN)/python -m pytest -m assure --hypothesis-profile=assure -rP tests

bench: $(READY) postgres ## measure speed against bare peers, and print the ratios
	$(BIN)/python -m bench

lint: $(READY) ## check the style of the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## check the types
	$(BIN)/mypy

contracts: $(READY) ## check the architecture: who may import whom, sizes, house rules, migrations
	$(BIN)/python -m pytest tests/contracts

format: $(READY) ## bring the code into the house form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: $(READY) ## bring the Korean catalogues to what the screens say, and name what is left to translate
	$(BIN)/python tools/messages.py update

coverage: $(READY) ## run the tests on SQLite and say which lines no test reached
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

lock: $(READY) ## renew the lock files from pyproject.toml (UPGRADE=1: to the newest versions)
	$(BIN)/pip-compile --all-build-deps $(if $(UPGRADE),--upgrade) -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --all-build-deps $(if $(UPGRADE),--upgrade) --extra dev -c requirements.lock \
		-o requirements-dev.lock pyproject.toml

vendor: $(READY) ## build KRDS, htmx and the fonts anew into ieumgil/shell/static (needs Node; nothing else does)
	cd tools/vendor_look && npm ci --ignore-scripts --no-audit --no-fund
	$(BIN)/python tools/vendor_look/fonts.py
	cd tools/vendor_look && node look.mjs
	$(BIN)/python tools/vendor_look/record.py
	$(BIN)/python tools/assets.py

assets: $(READY) ## after a change of house.css or a script: the one style sheet, and the compressed copies
	$(BIN)/python tools/assets.py

clean: ## remove all that the other targets made, the environment and the demo's folder too
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	rm -rf .coverage .coverage.* htmlcov build dist *.egg-info
	rm -rf tools/vendor_look/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup venv demo postgres browser pdf pdf-if-possible test assure bench lint types contracts format messages coverage lock vendor assets clean
