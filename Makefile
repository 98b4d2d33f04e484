# Muster: everything that is done with this checkout, by name. `make` alone lists it.
# The environment in .venv is made when it is missing and refreshed when a requirements file changed.

SHELL := /bin/sh
BIN := .venv/bin
ROUNDS ?= 1
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
m ?=
only ?=
.DEFAULT_GOAL := help
.PHONY: help setup run test check lock sbom scan unit rooms browser chaos mutants bench test-postgres fix migration shell seed vendor \
	release screens environment environment-dev browser-found style types contracts security

help: ## list targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

environment:
	@sh ops/environment.sh requirements.txt

environment-dev:
	@sh ops/environment.sh requirements.txt requirements-dev.txt

browser-found: environment-dev
	@$(BIN)/python -m tests.services.chromium

setup: environment-dev ## create or update .venv with everything for tests and checks

run: environment ## start Muster (queue, web, workers, clock); Ctrl-C stops it
	@exec $(BIN)/python -m ops

# In alphabetical order what takes long comes first and unit tests last, so that no process waits long for another.
# One process more than there are processors: tests in a browser wait for a quarter of their time.
# Every process that a test starts would compile all of Muster again if an environment forbids bytecode.
test: export PYTHONDONTWRITEBYTECODE =
test: environment-dev ## run all checks, and all tests on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory --jobs=2 types contracts style security browser-found
	@$(BIN)/pytest tests --database=both --rounds=$(ROUNDS) --numprocesses=$(PROCESSES) --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

check: environment-dev ## check format, lint, types, import contracts, and for unsafe code
	@$(MAKE) --no-print-directory --jobs=2 types contracts style security

style:
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: run make fix."; exit 1; }
	@$(BIN)/ruff check --quiet .

types:
	@$(BIN)/mypy app ops worker.py

security:
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app ops worker.py

contracts:
	@$(BIN)/lint-imports --no-logo

unit: environment-dev ## run the unit tests
	@$(BIN)/pytest tests/unit

rooms: environment-dev ## run the room tests on SQLite
	@$(BIN)/pytest tests/rooms --database=sqlite

test-postgres: environment-dev ## run the room tests on PostgreSQL
	@$(BIN)/pytest tests/rooms --database=postgresql

browser: browser-found ## run the browser tests in Chromium
	@$(BIN)/pytest tests/browser

chaos: environment-dev ## kill processes at the worst moments (ROUNDS=100)
	@$(BIN)/pytest tests/chaos --database=both --rounds=$(if $(filter command line environment,$(origin ROUNDS)),$(ROUNDS),100)

mutants: environment-dev ## count small faults in the domain that the unit tests notice (takes long)
	@$(BIN)/python -m ops.mutants $(only)

bench: environment-dev ## measure bulk enrollment against plain SQL; writes bench/RESULTS.md
	@$(BIN)/python -m bench --write

fix: environment-dev ## format, and fix what tools can fix
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

migration: environment-dev ## the next numbered migration from the tables: make migration m="add notes"
	@test -n "$(m)" || { echo 'Describe the change: make migration m="add notes to contacts"'; exit 1; }
	@mkdir -p build && rm -f build/migration.db
	@DATABASE_URL=sqlite:///$(CURDIR)/build/migration.db $(BIN)/flask --app app db upgrade
	@DATABASE_URL=sqlite:///$(CURDIR)/build/migration.db $(BIN)/flask --app app db migrate -m "$(m)"

shell: environment ## open a Python shell inside the app
	@$(BIN)/flask --app app shell

seed: environment ## create an owner (owner@example.com / muster-sample) and sample data
	@$(BIN)/flask --app app create-owner --email owner@example.com --password muster-sample --sample-data

lock: ## record the hashes of all pinned packages, after a change of requirements*.txt
	@mkdir -p build && sh ops/lock.sh

sbom: environment ## write the inventory of all components (CycloneDX) to build/
	@$(BIN)/python -m ops.sbom

scan: environment ## attack a fresh installation on this machine with Wapiti (takes some minutes)
	@$(BIN)/python -m ops.scan

release: environment-dev ## record the tables of this release, with which the upgrade test of the next begins
	@$(BIN)/python -m tests.ops.previous_release

vendor: environment-dev ## check that vendored browser files match their recorded hashes
	@$(BIN)/pytest -q tests/guards/test_vendored_files.py

screens: browser-found ## save screenshots of all pages in build/screens/ (only=mapping: some)
	@$(BIN)/python -m tests.browser.screens $(only)
