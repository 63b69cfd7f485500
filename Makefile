# Heatwright's everyday commands. `make` alone lists them.
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer); without it one is looked for.

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
export PYTHON

.PHONY: help setup demo test prove bench lint format clean bundles chromium firefox postgres

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

setup: .venv/.node chromium firefox postgres bundles ## everything that running and testing takes

demo: .venv/.python chromium bundles ## set up, run the whole chain on the fixture site, end with a report
	@$(BIN)/heatwright demo --out demo-report

# The files that take longest first: whoever gets one last keeps the others waiting.
test: setup lint ## lint, types and the test suite
	@$(BIN)/python -m pytest -q -m "not prove" -n 3 --dist loadfile --no-loadscope-reorder \
		tests/truth tests/docs tests/cli tests

prove: setup ## the long measurements: fidelity, placement, two hundred kills
	@$(BIN)/python -m pytest -q -m prove tests

bench: setup ## speeds, side by side with what they are compared to
	@$(BIN)/python -m bench

lint: .venv/.node ## ruff, mypy and the TypeScript compiler
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python tools/npm.py exec --offline -- tsc --noEmit

format: .venv/.python ## put every Python file into the house's format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

clean: ## remove what was set up and built, never a store
	rm -rf .venv node_modules dist build demo-report .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf recorder/static replay/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each part of the set-up runs again only when what it depends on has changed.

.venv/.python: pyproject.toml constraints.txt tools/setup.sh
	@tools/setup.sh
	@touch $@

.venv/.node: .venv/.python package.json package-lock.json .npmrc
	@$(BIN)/python tools/npm.py ci --ignore-scripts --loglevel=error
	@touch $@

# Not stamped: the hook itself compares digests, and looking for a browser, which may come and
# go, takes a tenth of a second.

bundles: .venv/.python
	@$(BIN)/python hatch_build.py

chromium: .venv/.python
	@$(BIN)/python -m recorder.chromium_install

# For tests alone, so that `demo` does without them.
firefox: .venv/.python
	@$(BIN)/python -m tools.firefox

postgres: .venv/.python
	@$(BIN)/python -m tools.postgres
