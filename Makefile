# 融通 Rongtong: `make run` starts everything, `make test` proves it.
.PHONY: run test lint bench shots reset setup setup-dev format

SHELL := /bin/bash
PYTHON := .venv/bin/python
WORKERS ?= 2

run: setup
	@exec .venv/bin/rongtong run $(ARGS)

reset: setup
	@exec .venv/bin/rongtong reset $(ARGS)

setup:
	@scripts/system-packages.sh run
	@scripts/setup.sh run

setup-dev:
	@scripts/system-packages.sh test
	@scripts/setup.sh dev

test: setup-dev
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: setup-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Each benchmark prints a table and writes benchmarks/out/NAME.json.
bench: setup-dev
	@set -e; for one in $$(grep -l __main__ benchmarks/*.py); do $(PYTHON) $$one $(ARGS); done

shots: setup-dev
	PYTHONPATH=. $(PYTHON) scripts/shots.py $(ARGS)
