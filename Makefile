# `make` alone lists the targets.
PYTHON ?= python3
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-postgres lint types schema lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run:  ## install, migrate the embedded database and serve on 127.0.0.1:8000 (PORT=… for another)
	@$(PYTHON) scripts/run.py

test:  ## the whole suite on SQLite, and on PostgreSQL where there is one
	@$(PYTHON) scripts/test.py

test-postgres:  ## the same, failing where PostgreSQL can't be run
	@$(PYTHON) scripts/test.py --require-postgres

lint: .venv-dev  ## ruff: lint and format
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .

types: .venv-dev  ## mypy with the Django and DRF stubs
	@SECRET_KEY=types DEBUG=true .venv/bin/python -m mypy

lock: .venv-dev  ## write the lock files anew from requirements*.txt
	@.venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  requirements.txt -o requirements.lock
	@.venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  -c requirements.lock requirements-dev.txt -o requirements-dev.lock

.PHONY: .venv-dev
.venv-dev:
	@$(PYTHON) scripts/environment.py requirements-dev.lock >/dev/null
