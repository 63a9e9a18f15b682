# `make` alone lists the targets.
PYTHON ?= python3
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run demo test test-postgres test-partitioned faults deployed limits image contract corpus rrule-vectors calendars bench bench-against lint types schema openapi-lint figures messages interop e2e pictures offline client generators package package-install package-matrix release-notes lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run:  ## install, migrate the embedded database and serve on 127.0.0.1:8000 (PORT=… for another)
	@$(PYTHON) scripts/run.py

demo:  ## the API, a real Better Auth server and the example page (needs Node)
	@$(PYTHON) scripts/demo.py

test:  ## the whole suite on SQLite, and on PostgreSQL where there is one
	@$(PYTHON) scripts/test.py

test-postgres:  ## the same, failing where PostgreSQL can't be run
	@$(PYTHON) scripts/test.py --require-postgres

test-partitioned:  ## the application's tests on PostgreSQL tables that are partitioned by owner, with every plan looked at
	@$(PYTHON) scripts/test.py --partitioned

faults: .venv-dev  ## break the database, the network and the workers under load (a few minutes)
	@FAULTS=1 .venv/bin/python manage.py test tests.faults

deployed:  ## docs/deploying.md on a Debian of its own, upgraded and rolled back under load (needs root; SECONDS=300 for longer side by side)
	@$(PYTHON) scripts/deployed.py

limits: .venv-dev  ## hostile requests against the running service, with what each may cost (a few minutes)
	@LIMITS=1 .venv/bin/python manage.py test tests.limits

image:  ## the image, built from the Dockerfile and run as compose.yaml says, without Docker (needs root, podman and mmdebstrap)
	@$(PYTHON) scripts/image.py

corpus:  ## hostile tokens, key sets and servers against ours and other verifiers; writes docs/corpus.md (needs Node)
	@$(PYTHON) scripts/corpus.py

rrule-vectors:  ## which days rules of recurrence name, beside dateutil, rrule and ical.js (needs Node)
	@$(PYTHON) scripts/rrule_vectors.py

calendars:  ## ical.js, node-ical, vdirsyncer and todoman read the running service's calendar (needs Node)
	@$(PYTHON) scripts/calendars.py

bench: .venv-dev  ## load on a private PostgreSQL beside plain DRF (SERVERS="name=url" for others); wants wrk
	@.venv/bin/python -m bench.run $(SERVERS)

bench-against: .venv-dev  ## this checkout beside another COMMIT of it, taking turns; wants wrk
	@.venv/bin/python -m bench.against $(COMMIT)

contract:  ## requests made from the OpenAPI document, against the running server
	@$(PYTHON) scripts/contract.py

lint: .venv-dev  ## ruff; linters of the workflows, the shell scripts and the Dockerfile
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/actionlint -shellcheck .venv/bin/shellcheck .github/workflows/*.yml
	@.venv/bin/zizmor --quiet --offline --strict-collection .
	@.venv/bin/shellcheck .ci/*
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml

types: .venv-dev  ## mypy with the Django and DRF stubs
	@SECRET_KEY=types DEBUG=true .venv/bin/python -m mypy

schema:  ## write openapi.yaml and the client's types (the types need Node)
	@$(PYTHON) scripts/schema.py

openapi-lint:  ## Redocly and Spectral on openapi.yaml (needs Node)
	@$(PYTHON) scripts/openapi_lint.py

figures: .venv-dev  ## how hard the packages are to read, in numbers
	@.venv/bin/python scripts/figures.py

messages:  ## collect what operators read into the catalogues and compile these (needs gettext; LANGUAGES="it" for a new one)
	@$(PYTHON) scripts/messages.py $(LANGUAGES)

interop:  ## real Better Auth servers, every algorithm and configuration (needs Node; BETTER_AUTH=1.6.34 for another version, or latest)
	@$(PYTHON) scripts/interop.py

e2e:  ## the example page's story in a real browser (needs Node and Chromium)
	@$(PYTHON) scripts/e2e.py

pictures:  ## the README's pictures, from the running product (needs Node and Chromium)
	@$(PYTHON) scripts/pictures.py

offline:  ## random schedules of offline devices with examples/offline, on both databases (needs Node; SEEDS="1 60" for more)
	@$(PYTHON) scripts/offline.py

client:  ## todo-api-client, packed, installed from the tarball and tried against the running service (needs Node)
	@$(PYTHON) scripts/client.py

generators:  ## openapi-python-client, orval and @hey-api/openapi-ts on openapi.yaml; what they make compiles (needs Node)
	@$(PYTHON) scripts/generators.py

package:  ## django-better-auth, the distribution of betterauth_auth, as sdist and wheel in dist
	@$(PYTHON) scripts/package.py

package-install:  ## the same, installed from nothing by its README and by docs/upstream, with a real Better Auth (needs Node)
	@$(PYTHON) scripts/package_install.py

package-matrix:  ## its suite from the wheel on eight choices of Python, Django, DRF and PyJWT (CELLS=all for each, CELLS="3.12 6.0" for these)
	@$(PYTHON) scripts/package_matrix.py

release-notes:  ## what the changelog says of the version that TAG=v… or TAG=django-better-auth-v… releases
	@$(PYTHON) scripts/release_notes.py

COMPILE = .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header $(if $(UPGRADE),--upgrade)
lock: .venv-dev  ## write the lock files anew from requirements*.txt (UPGRADE=1 for the newest that they allow)
	@$(COMPILE) requirements.txt -o requirements.lock
	@$(COMPILE) -c requirements.lock requirements-observability.txt -o requirements-observability.lock
	@$(COMPILE) -c requirements.lock -c requirements-observability.lock requirements-dev.txt -o requirements-dev.lock

.PHONY: .venv-dev
.venv-dev:
	@$(PYTHON) scripts/environment.py requirements-dev.lock >/dev/null
