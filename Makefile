# 融通 Rongtong: `make run` starts everything, `make test` proves it.
.PHONY: run test test-full lint bench bench-matching shots reset setup setup-dev format lock

SHELL := /bin/bash
PYTHON := .venv/bin/python
WORKERS ?= 2
# Images often ask for it; without compiled modules, every process that starts compiles 2,500 of them for 1.6 seconds.
unexport PYTHONDONTWRITEBYTECODE

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

# A file stays with one worker: what its tests share is made once. The long ones come first.
test: setup-dev
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

# The same with every address of the sweep, and the whole story in both languages: three times as long.
test-full: export RONGTONG_SWEEP := full
test-full: test

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

# How good the ranking is, beside other systems.
bench-matching: setup-dev
	$(PYTHON) benchmarks/matching_quality.py $(ARGS)

shots: setup-dev
	PYTHONPATH=. $(PYTHON) scripts/shots.py $(ARGS)

# After a change of the dependencies in pyproject.toml: what is locked stays, what is new is added, with hashes.
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --no-annotate --no-header pyproject.toml
lock: setup-dev
	$(LOCK) --constraint requirements.lock --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements-dev.lock --output-file requirements-dev.lock
